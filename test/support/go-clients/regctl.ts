import { expect } from 'vitest'
import { digestOf } from './look.ts'
import { row, type Ran } from './row.ts'
import { app, amd64, arm64, docker, files, multi } from './seeds.ts'

const types = ({ stdout }: Ran): readonly string[] =>
  (JSON.parse(stdout) as readonly { artifactType: string }[]).map(({ artifactType }) => artifactType).toSorted()

/** What was pushed with a subject says so itself. */
async function refers({ look, stdout }: Ran, facts: object): Promise<void> {
  const { document } = await look.manifest(`regctl/app@${stdout.trim()}`)
  expect(document).toMatchObject({ ...facts, subject: { digest: app.digest } })
}

/** Commands of regctl, in an order in which each finds what it needs. */
export const regctl = [
  row('regctl image digest HOST/seed/app:1', ({ stdout }) => expect(stdout).toBe(`${app.digest}\n`)),
  row('regctl manifest head --platform linux/arm64 HOST/seed/multi:1', ({ stdout }) =>
    expect(stdout).toBe(`${arm64.digest}\n`),
  ),
  row('regctl manifest get --format raw-body HOST/seed/app:1', ({ stdout }) =>
    expect(stdout).toBe(String(Buffer.from(app.bytes))),
  ),
  row('regctl image inspect HOST/seed/app:1', ({ stdout }) =>
    expect(JSON.parse(stdout)).toMatchObject({ architecture: 'amd64', config: { Cmd: ['/bin/sh'] } }),
  ),
  row('regctl image get-file HOST/seed/app:1 etc/motd', ({ stdout }) => expect(stdout).toBe('hello\n')),
  row('regctl image copy HOST/seed/app:1 HOST/regctl/app:1', async ({ look }) =>
    expect((await look.manifest('regctl/app:1')).bytes).toEqual(Buffer.from(app.bytes)),
  ),
  row('regctl image copy HOST/seed/multi:1 HOST/regctl/multi:1', async ({ look }) => {
    expect((await look.manifest('regctl/multi:1')).bytes).toEqual(Buffer.from(multi.bytes))
    for (const { digest } of multi.manifests) expect(await look.status(`regctl/multi@${digest}`)).toBe(200)
  }),
  row('regctl image export HOST/seed/multi:1 multi.tar', async ({ file }) =>
    expect((await file('multi.tar')).includes(multi.digest)).toBe(true),
  ),
  row('regctl image import HOST/regctl/imported:1 multi.tar', async ({ look }) =>
    expect((await look.manifest('regctl/imported:1')).digest).toBe(multi.digest),
  ),
  row('regctl image check-base --base HOST/seed/app:1 HOST/regctl/app:1', ({ stdout }) =>
    expect(stdout).toBe('base image matches\n'),
  ),
  row('regctl image create --label who=me --platform linux/arm64 HOST/regctl/empty:1', async ({ look }) =>
    expect(await look.config('regctl/empty:1')).toMatchObject({
      architecture: 'arm64',
      config: { Labels: { who: 'me' } },
    }),
  ),
  row(
    'regctl image mod HOST/regctl/app:1 --create HOST/regctl/app:layer --layer-add tar=layer.tar --label who=me',
    async ({ look }) => {
      const { document } = await look.manifest('regctl/app:layer')
      expect(document.layers).toHaveLength(app.layers.length + 1)
      expect((await look.config('regctl/app:layer')).config?.Labels).toEqual({ who: 'me' })
    },
  ),
  row('regctl image mod HOST/regctl/app:1 --create HOST/regctl/app:docker --to-docker', async ({ look }) =>
    expect((await look.manifest('regctl/app:docker')).document.mediaType).toBe(docker.mediaType),
  ),
  row('regctl image mod HOST/seed/docker:1 --create HOST/regctl/app:oci --to-oci', async ({ look }) =>
    expect((await look.manifest('regctl/app:oci')).document.mediaType).toBe(app.mediaType),
  ),
  row('regctl image mod HOST/regctl/app:1 --create HOST/regctl/app:zstd --layer-compress zstd', async ({ look }) =>
    expect((await look.manifest('regctl/app:zstd')).document.layers?.map(({ mediaType }) => mediaType)).toEqual(
      app.layers.map(() => 'application/vnd.oci.image.layer.v1.tar+zstd'),
    ),
  ),
  row('regctl image mod HOST/regctl/app:1 --create HOST/regctl/sha512:1 --digest-algo sha512', async ({ look }) => {
    const { document, bytes } = await look.manifest('regctl/sha512:1')
    for (const { digest } of [document.config, ...(document.layers ?? [])].flatMap((each) => each ?? [])) {
      expect(digest).toMatch(/^sha512:/)
      await look.blob('regctl/sha512', digest)
    }
    expect(await look.status(`regctl/sha512@${digestOf(bytes, 'sha512')}`)).toBe(200)
  }),
  row('regctl image ratelimit HOST/seed/app:1', ({ stdout }) =>
    expect(JSON.parse(stdout)).toMatchObject({ Set: false }),
  ),
  row('regctl manifest diff HOST/regctl/app:1 HOST/regctl/app:zstd', ({ stdout }) => expect(stdout).toContain('+zstd')),
  row(
    'regctl blob diff-config HOST/regctl/app CONFIG(regctl/app:1) HOST/regctl/app CONFIG(regctl/app:layer)',
    ({ stdout }) => expect(stdout).toContain('"who": "me"'),
  ),
  row(
    'regctl manifest put --content-type application/vnd.oci.image.manifest.v1+json HOST/regctl/app:put',
    async ({ look }) => expect((await look.manifest('regctl/app:put')).digest).toBe(app.digest),
    Buffer.from(app.bytes).toString(),
  ),
  row(
    'regctl blob put HOST/regctl/blobs',
    async ({ look, stdout }) => expect(String(await look.blob('regctl/blobs', stdout.trim()))).toBe('a blob\n'),
    'a blob\n',
  ),
  row(`regctl blob head HOST/regctl/blobs ${digestOf(Buffer.from('a blob\n'))}`, ({ stdout }) =>
    expect(stdout).toContain(digestOf(Buffer.from('a blob\n'))),
  ),
  row(`regctl blob get HOST/regctl/blobs ${digestOf(Buffer.from('a blob\n'))}`, ({ stdout }) =>
    expect(stdout).toBe('a blob\n'),
  ),
  row(
    `regctl blob put --digest ${digestOf(Buffer.from('long\n'), 'sha512')} HOST/regctl/blobs`,
    async ({ look }) =>
      expect(String(await look.blob('regctl/blobs', digestOf(Buffer.from('long\n'), 'sha512')))).toBe('long\n'),
    'long\n',
  ),
  row(
    `regctl blob copy HOST/regctl/blobs HOST/regctl/elsewhere ${digestOf(Buffer.from('a blob\n'))}`,
    async ({ look }) =>
      expect(String(await look.blob('regctl/elsewhere', digestOf(Buffer.from('a blob\n'))))).toBe('a blob\n'),
  ),
  row(`regctl blob delete HOST/regctl/elsewhere ${digestOf(Buffer.from('a blob\n'))}`, async ({ look }) =>
    expect(look.blob('regctl/elsewhere', digestOf(Buffer.from('a blob\n')))).rejects.toThrow('answers 404'),
  ),
  row('regctl blob get-file HOST/seed/app LAYER(seed/app:1) etc/motd', ({ stdout }) => expect(stdout).toBe('hello\n')),
  row('regctl blob diff-layer HOST/seed/app LAYER(seed/app:1) HOST/seed/base LAYER(seed/base:2)', ({ stdout }) =>
    expect(stdout).toContain('etc/motd'),
  ),
  row('regctl index create HOST/regctl/index:1 --ref HOST/seed/multi:1 --platform linux/amd64', async ({ look }) =>
    expect((await look.manifest('regctl/index:1')).document.manifests?.map(({ digest }) => digest)).toEqual([
      amd64.digest,
    ]),
  ),
  row('regctl index add HOST/regctl/index:1 --ref HOST/seed/multi:1 --platform linux/arm64', async ({ look }) =>
    expect((await look.manifest('regctl/index:1')).document.manifests?.map(({ digest }) => digest)).toEqual([
      amd64.digest,
      arm64.digest,
    ]),
  ),
  row('regctl index delete HOST/regctl/index:1 --platform linux/amd64', async ({ look }) =>
    expect((await look.manifest('regctl/index:1')).document.manifests?.map(({ digest }) => digest)).toEqual([
      arm64.digest,
    ]),
  ),
  row(
    'regctl artifact put --artifact-type application/x.note HOST/regctl/note:1',
    async ({ look }) => expect((await look.manifest('regctl/note:1')).document.artifactType).toBe('application/x.note'),
    'a note\n',
  ),
  row('regctl artifact get HOST/regctl/note:1', ({ stdout }) => expect(stdout).toBe('a note\n')),
  row(
    'regctl artifact put --artifact-type application/x.bill --subject HOST/regctl/app:1 --file bill.json --format {{.Manifest.GetDescriptor.Digest}}',
    (ran) => refers(ran, { artifactType: 'application/x.bill' }),
  ),
  row(
    'regctl artifact put --artifact-type application/x.word --subject HOST/regctl/app:1 --format {{.Manifest.GetDescriptor.Digest}}',
    (ran) => refers(ran, { artifactType: 'application/x.word' }),
    'a word\n',
  ),
  row('regctl artifact list HOST/regctl/app:1 --format {{.Descriptors|json}}', (ran) =>
    expect(types(ran)).toEqual(['application/x.bill', 'application/x.word']),
  ),
  row(
    'regctl artifact list HOST/regctl/app:1 --filter-artifact-type application/x.bill --format {{.Descriptors|json}}',
    (ran) => expect(types(ran)).toEqual(['application/x.bill']),
  ),
  row('regctl artifact get --subject HOST/regctl/app:1 --filter-artifact-type application/x.bill', ({ stdout }) =>
    expect(stdout).toBe(files['bill.json']),
  ),
  row('regctl artifact tree HOST/regctl/app:1', ({ stdout }) => {
    expect(stdout).toContain('application/x.bill')
    expect(stdout).toContain('application/x.word')
  }),
  row('regctl image copy --referrers HOST/regctl/app:1 HOST/regctl/signed:1', async ({ look }) =>
    expect((await look.manifest('regctl/signed:1')).digest).toBe(app.digest),
  ),
  row('regctl artifact list HOST/regctl/signed:1 --format {{.Descriptors|json}}', (ran) =>
    expect(types(ran)).toEqual(['application/x.bill', 'application/x.word']),
  ),
  row('regctl repo copy HOST/regctl/app HOST/regctl/all', async ({ look }) =>
    expect(await look.tags('regctl/all')).toEqual(await look.tags('regctl/app')),
  ),
  row('regctl tag ls HOST/regctl/all', async ({ stdout, look }) =>
    expect(stdout.trim().split('\n').toSorted()).toEqual(await look.tags('regctl/all')),
  ),
  row('regctl repo ls HOST', ({ stdout }) =>
    expect(stdout.split('\n')).toEqual(expect.arrayContaining(['regctl/all', 'regctl/app', 'seed/multi'])),
  ),
  row('regctl tag delete HOST/regctl/all:put', async ({ look }) => {
    expect(await look.status('regctl/all:put')).toBe(404)
    expect(await look.status('regctl/all:1')).toBe(200)
  }),
  row('regctl manifest delete HOST/regctl/all@DIGEST(regctl/all:zstd)', async ({ look }) =>
    expect(await look.status('regctl/all:zstd')).toBe(404),
  ),
]
