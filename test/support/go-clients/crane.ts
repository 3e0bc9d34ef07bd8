import { expect } from 'vitest'
import { row } from './row.ts'
import { amd64, app, arm64, docker, multi, otherBase } from './seeds.ts'

/** Commands of crane, in an order in which each finds what it needs. */
export const crane = [
  row('crane digest HOST/seed/app:1', ({ stdout }) => expect(stdout).toBe(`${app.digest}\n`)),
  row('crane digest --platform linux/arm64 HOST/seed/multi:1', ({ stdout }) =>
    expect(stdout).toBe(`${arm64.digest}\n`),
  ),
  row('crane manifest HOST/seed/app:1', ({ stdout }) => expect(stdout.trimEnd()).toBe(String(Buffer.from(app.bytes)))),
  row('crane config HOST/seed/app:1', ({ stdout }) =>
    expect(stdout.trimEnd()).toBe(String(Buffer.from(app.config.bytes))),
  ),
  row('crane blob HOST/seed/app@LAYER(seed/app:1)', ({ stdout }) =>
    expect(stdout).toBe(Buffer.from(app.layers[0]?.bytes ?? []).toString()),
  ),
  row('crane validate --remote HOST/seed/docker:1', ({ stdout }) => expect(stdout).toMatch(/^PASS: /)),
  row('crane pull --format oci HOST/seed/app:1 layout', async ({ file }) =>
    expect(await file(`layout/blobs/${app.digest.replace(':', '/')}`)).toEqual(Buffer.from(app.bytes)),
  ),
  row('crane push layout HOST/crane/pushed:1', async ({ look }) =>
    expect((await look.manifest('crane/pushed:1')).bytes).toEqual(Buffer.from(app.bytes)),
  ),
  row('crane pull HOST/seed/app:1 archive.tar', async ({ file }) =>
    expect((await file('archive.tar')).includes(app.config.digest)).toBe(true),
  ),
  row('crane push archive.tar HOST/crane/archive:1', async ({ look }) => {
    const { document } = await look.manifest('crane/archive:1')
    expect(document.config?.digest).toBe(app.config.digest)
    expect(document.layers).toHaveLength(app.layers.length)
  }),
  row('crane pull HOST/seed/docker:1 docker.tar', async ({ file }) =>
    expect((await file('docker.tar')).includes(docker.config.digest)).toBe(true),
  ),
  row('crane push docker.tar HOST/crane/archive:2', async ({ look }) =>
    expect((await look.manifest('crane/archive:2')).document.layers?.map(({ digest }) => digest)).toEqual(
      docker.layers.map(({ digest }) => digest),
    ),
  ),
  row('crane export HOST/seed/app:1 files.tar', async ({ file }) =>
    expect((await file('files.tar')).includes('hello\n')).toBe(true),
  ),
  row('crane copy HOST/seed/multi:1 HOST/crane/multi:1', async ({ look }) => {
    expect((await look.manifest('crane/multi:1')).bytes).toEqual(Buffer.from(multi.bytes))
    for (const { digest } of multi.manifests) expect(await look.status(`crane/multi@${digest}`)).toBe(200)
  }),
  row('crane copy --platform linux/amd64 HOST/seed/multi:1 HOST/crane/amd64:1', async ({ look }) =>
    expect((await look.manifest('crane/amd64:1')).digest).toBe(amd64.digest),
  ),
  row('crane tag HOST/crane/multi:1 latest', async ({ look }) =>
    expect((await look.manifest('crane/multi:latest')).digest).toBe(multi.digest),
  ),
  row('crane copy --all-tags HOST/crane/multi HOST/crane/all', async ({ look }) =>
    expect(await look.tags('crane/all')).toEqual(['1', 'latest']),
  ),
  row('crane ls HOST/crane/multi', ({ stdout }) =>
    expect(stdout.trim().split('\n').toSorted()).toEqual(['1', 'latest']),
  ),
  row('crane catalog HOST', ({ stdout }) =>
    expect(stdout.split('\n')).toEqual(expect.arrayContaining(['crane/all', 'crane/multi', 'seed/app'])),
  ),
  row('crane append -b HOST/seed/app:1 -f layer.tar -t HOST/crane/append:1', async ({ look }) => {
    const { document } = await look.manifest('crane/append:1')
    expect(document.layers?.map(({ digest }) => digest).slice(0, -1)).toEqual(app.layers.map(({ digest }) => digest))
    await look.blob('crane/append', document.layers?.at(-1)?.digest ?? '')
  }),
  row('crane flatten HOST/crane/append:1 -t HOST/crane/flat:1', async ({ look }) => {
    const { document } = await look.manifest('crane/flat:1')
    expect(document.layers).toHaveLength(1)
    await look.blob('crane/flat', document.layers?.[0]?.digest ?? '')
  }),
  row(
    'crane rebase HOST/crane/append:1 --old_base HOST/seed/app:1 --new_base HOST/seed/base:2 -t HOST/crane/append:2',
    async ({ look }) => {
      const { document } = await look.manifest('crane/append:2')
      expect(document.layers?.map(({ digest }) => digest)).toEqual([
        ...otherBase.layers.map(({ digest }) => digest),
        (await look.manifest('crane/append:1')).document.layers?.at(-1)?.digest,
      ])
    },
  ),
  row(
    'crane mutate HOST/seed/app:1 --label who=me --env A=B --entrypoint /start --annotation note=yes -t HOST/crane/mutated:1',
    async ({ look }) => {
      expect((await look.config('crane/mutated:1')).config).toMatchObject({
        Labels: { who: 'me' },
        Env: ['PATH=/bin', 'A=B'],
        Entrypoint: ['/start'],
      })
      expect((await look.manifest('crane/mutated:1')).document.annotations).toMatchObject({ note: 'yes' })
    },
  ),
  row('crane index append -m HOST/seed/app:1 -m HOST/crane/mutated:1 -t HOST/crane/index:1', async ({ look }) =>
    expect((await look.manifest('crane/index:1')).document.manifests?.map(({ digest }) => digest)).toEqual([
      app.digest,
      (await look.manifest('crane/mutated:1')).digest,
    ]),
  ),
  row('crane index filter HOST/seed/multi:1 --platform linux/arm64 -t HOST/crane/filtered:1', async ({ look }) =>
    expect((await look.manifest('crane/filtered:1')).document.manifests?.map(({ digest }) => digest)).toEqual([
      arm64.digest,
    ]),
  ),
  row('crane index list HOST/seed/multi:1', ({ stdout }) => {
    expect(stdout).toContain(arm64.digest)
    expect(stdout).toContain(amd64.digest)
  }),
  row('crane copy HOST/seed/app:1 HOST/crane/gone:1', async ({ look }) =>
    expect(await look.status('crane/gone:1')).toBe(200),
  ),
  row('crane tag HOST/crane/gone:1 2', async ({ look }) => expect(await look.tags('crane/gone')).toEqual(['1', '2'])),
  row('crane delete HOST/crane/gone:2', async ({ look }) => {
    expect(await look.status('crane/gone:2')).toBe(404)
    expect(await look.status('crane/gone:1')).toBe(200)
  }),
  row('crane delete HOST/crane/gone@DIGEST(crane/gone:1)', async ({ look }) => {
    expect(await look.status('crane/gone:1')).toBe(404)
    expect(await look.status(`crane/gone@${app.digest}`)).toBe(404)
  }),
]
