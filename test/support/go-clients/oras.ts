import { expect } from 'vitest'
import { digestOf } from './look.ts'
import { row, type Ran } from './row.ts'
import { app, arm64, files, multi } from './seeds.ts'

const json = ({ stdout }: Ran): Record<string, unknown> => JSON.parse(stdout) as Record<string, unknown>
const types = (ran: Ran): readonly string[] =>
  (json(ran)['referrers'] as readonly { artifactType: string }[]).map(({ artifactType }) => artifactType).toSorted()

/** What was attached to the app says so itself. */
async function refers({ look, stdout }: Ran, facts: object): Promise<void> {
  const { document } = await look.manifest(`oras/app@${/^Digest: (\S+)$/m.exec(stdout)?.[1]}`)
  expect(document).toMatchObject({ ...facts, subject: { digest: app.digest } })
}

/** Commands of oras, in an order in which each finds what it needs. */
export const oras = [
  row('oras push HOST/oras/note:1,latest --artifact-type application/x.note note.txt:text/plain', async ({ look }) => {
    const { document } = await look.manifest('oras/note:latest')
    expect(document).toMatchObject({ artifactType: 'application/x.note', layers: [{ mediaType: 'text/plain' }] })
    expect(await look.tags('oras/note')).toEqual(['1', 'latest'])
    expect(String(await look.blob('oras/note', document.layers?.[0]?.digest ?? ''))).toBe(files['note.txt'])
  }),
  row('oras push HOST/oras/old:1 --image-spec v1.0 --config config.json:application/x.c note.txt', async ({ look }) =>
    expect((await look.manifest('oras/old:1')).document.config?.mediaType).toBe('application/x.c'),
  ),
  row('oras pull HOST/oras/note:1 -o pulled', async ({ file }) =>
    expect(String(await file('pulled/note.txt'))).toBe(files['note.txt']),
  ),
  row('oras resolve HOST/seed/app:1', ({ stdout }) => expect(stdout).toBe(`${app.digest}\n`)),
  row('oras resolve --platform linux/arm64 HOST/seed/multi:1', ({ stdout }) =>
    expect(stdout).toBe(`${arm64.digest}\n`),
  ),
  row('oras cp HOST/seed/multi:1 HOST/oras/multi:1,2', async ({ look }) => {
    expect((await look.manifest('oras/multi:2')).bytes).toEqual(Buffer.from(multi.bytes))
    expect(await look.status(`oras/multi@${arm64.digest}`)).toBe(200)
  }),
  row('oras tag HOST/oras/multi:1 3 4', async ({ look }) =>
    expect(await look.tags('oras/multi')).toEqual(['1', '2', '3', '4']),
  ),
  row('oras cp HOST/seed/app:1 HOST/oras/app:1', async ({ look }) =>
    expect((await look.manifest('oras/app:1')).digest).toBe(app.digest),
  ),
  row('oras attach HOST/oras/app:1 --artifact-type application/x.bill bill.json:application/json', (ran) =>
    refers(ran, { artifactType: 'application/x.bill', layers: [{ mediaType: 'application/json' }] }),
  ),
  row('oras attach HOST/oras/app:1 --artifact-type application/x.word --annotation word=yes', (ran) =>
    refers(ran, { artifactType: 'application/x.word', annotations: { word: 'yes' } }),
  ),
  row('oras discover HOST/oras/app:1 --format json', (ran) =>
    expect(types(ran)).toEqual(['application/x.bill', 'application/x.word']),
  ),
  row('oras discover HOST/oras/app:1 --format json --artifact-type application/x.bill', (ran) =>
    expect(types(ran)).toEqual(['application/x.bill']),
  ),
  row('oras cp -r HOST/oras/app:1 HOST/oras/signed:1', async ({ look }) =>
    expect((await look.manifest('oras/signed:1')).digest).toBe(app.digest),
  ),
  row('oras discover HOST/oras/signed:1 --format json', (ran) =>
    expect(types(ran)).toEqual(['application/x.bill', 'application/x.word']),
  ),
  row('oras backup HOST/oras/app:1 --include-referrers --output saved', async ({ file }) =>
    expect(await file(`saved/blobs/${app.digest.replace(':', '/')}`)).toEqual(Buffer.from(app.bytes)),
  ),
  row('oras restore HOST/oras/restored:1 --input saved', async ({ look }) =>
    expect((await look.manifest('oras/restored:1')).digest).toBe(app.digest),
  ),
  row('oras discover HOST/oras/restored:1 --format json', (ran) => expect(types(ran)).toHaveLength(2)),
  row('oras blob push HOST/oras/blobs note.txt', async ({ look }) =>
    expect(String(await look.blob('oras/blobs', digestOf(Buffer.from(files['note.txt'] ?? ''))))).toBe(
      files['note.txt'],
    ),
  ),
  row(`oras blob fetch HOST/oras/blobs@${digestOf(Buffer.from('a note\n'))} --output -`, ({ stdout }) =>
    expect(stdout).toBe('a note\n'),
  ),
  row(`oras blob fetch --descriptor HOST/oras/blobs@${digestOf(Buffer.from('a note\n'))}`, (ran) =>
    expect(json(ran)).toMatchObject({ size: 7 }),
  ),
  row(`oras blob delete --force HOST/oras/blobs@${digestOf(Buffer.from('a note\n'))}`, async ({ look }) =>
    expect(look.blob('oras/blobs', digestOf(Buffer.from('a note\n')))).rejects.toThrow('answers 404'),
  ),
  row('oras manifest fetch HOST/seed/app:1', ({ stdout }) =>
    expect(stdout.trimEnd()).toBe(String(Buffer.from(app.bytes))),
  ),
  row('oras manifest fetch --descriptor HOST/seed/app:1', (ran) =>
    expect(json(ran)).toMatchObject({ digest: app.digest, size: app.size, mediaType: app.mediaType }),
  ),
  row('oras manifest fetch-config HOST/seed/app:1', ({ stdout }) =>
    expect(stdout.trimEnd()).toBe(String(Buffer.from(app.config.bytes))),
  ),
  row('oras manifest fetch HOST/oras/app:1 --output app.json', async ({ file }) =>
    expect(await file('app.json')).toEqual(Buffer.from(app.bytes)),
  ),
  row('oras manifest push HOST/oras/app:again,more app.json', async ({ look }) =>
    expect((await look.manifest('oras/app:more')).digest).toBe(app.digest),
  ),
  row('oras manifest index create HOST/oras/multi:both DIGEST(seed/multi:1)', async ({ look }) =>
    expect((await look.manifest('oras/multi:both')).document.manifests).toMatchObject([{ digest: multi.digest }]),
  ),
  row(`oras manifest index update HOST/oras/multi:both --add ${arm64.digest} --tag more`, async ({ look }) =>
    expect((await look.manifest('oras/multi:more')).document.manifests?.map(({ digest }) => digest)).toEqual([
      multi.digest,
      arm64.digest,
    ]),
  ),
  row('oras repo tags HOST/oras/multi', ({ stdout }) =>
    expect(stdout.trim().split('\n').toSorted()).toEqual(['1', '2', '3', '4', 'both', 'more']),
  ),
  row('oras repo ls HOST/oras', ({ stdout }) =>
    expect(stdout.split('\n')).toEqual(expect.arrayContaining(['app', 'multi', 'note'])),
  ),
  row('oras manifest delete --force HOST/oras/multi@DIGEST(oras/multi:both)', async ({ look }) =>
    expect(await look.status('oras/multi:both')).toBe(404),
  ),
]
