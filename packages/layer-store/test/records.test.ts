import { mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Digest } from '@lading/digest'
import { chainIdOf, digestOf } from '@lading/digest/hash'
import { createLayerStore, type LayerRecord, type LayerStore } from '@lading/layer-store'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { temporaryRoot } from './support/root.ts'

const digest = (text: string): Digest => digestOf(Buffer.from(text))
const base = { blob: digest('blob 1'), diffId: digest('layer 1'), size: 1000 }
const second = { blob: digest('blob 2'), diffId: digest('layer 2'), size: 20, parent: base.diffId }
async function layersOf(layers: LayerStore): Promise<LayerRecord[]> {
  const found: LayerRecord[] = []
  for await (const record of layers.list()) found.push(record)
  return found
}
const file = (root: string, kind: string, name: Digest): string => join(root, 'lading', kind, 'sha256', name.slice(7))

it('registers layers from the base up, each under its chainID', async () => {
  const root = await temporaryRoot()
  const layers = createLayerStore({ root })
  const chainId = chainIdOf([base.diffId, second.diffId]) as Digest
  expect(await layers.register(base)).toEqual({ chainId: base.diffId, diffId: base.diffId, size: 1000 })
  expect(await layers.register(second)).toEqual({ chainId, diffId: second.diffId, parent: base.diffId, size: 20 })
  expect(await layers.get(chainId)).toEqual({ chainId, diffId: second.diffId, parent: base.diffId, size: 20 })
  expect(await layersOf(layers)).toEqual(
    [await layers.get(base.diffId), await layers.get(chainId)].toSorted((a, b) =>
      (a?.chainId ?? '') < (b?.chainId ?? '') ? -1 : 1,
    ),
  )
})

it('remembers what a blob uncompresses to, for the next process too', async () => {
  const root = await temporaryRoot()
  const layers = createLayerStore({ root })
  expect(await layers.known(base.blob)).toBeUndefined()
  await layers.register(base)
  expect(await createLayerStore({ root }).known(base.blob)).toEqual({ diffId: base.diffId, size: 1000 })
  expect(await createLayerStore({ root }).get(base.diffId)).toEqual(await layers.get(base.diffId))
})

const sha512 = (text: string): Digest => digestOf(Buffer.from(text), 'sha512')
const sha384 = (text: string): Digest => digestOf(Buffer.from(text), 'sha384')

it('registers a layer by the name that the config gives it, and remembers all of its names', async () => {
  const root = await temporaryRoot()
  const layers = createLayerStore({ root })
  const named = { ...base, diffId: sha512('layer 1'), aliases: [base.diffId] }
  expect(await layers.register(named)).toEqual({ chainId: named.diffId, diffId: named.diffId, size: 1000 })
  const above = { ...second, parent: named.diffId }
  const chainId = chainIdOf([named.diffId, second.diffId]) as Digest
  expect(await layers.register(above)).toMatchObject({ chainId, parent: named.diffId })
  expect(await createLayerStore({ root }).get(chainId)).toMatchObject({ chainId, diffId: second.diffId })
  expect(await createLayerStore({ root }).known(base.blob)).toEqual({
    diffId: base.diffId,
    aliases: [named.diffId],
    size: 1000,
  })
  expect(JSON.parse(await readFile(file(root, 'diff-ids', base.blob), 'utf8'))).toEqual({
    version: 1,
    blob: base.blob,
    diffId: base.diffId,
    aliases: [named.diffId],
    size: 1000,
    sum: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
  })
})

it('forgets no name of a blob when another is added, and none that it had twice', async () => {
  const layers = createLayerStore({ root: await temporaryRoot() })
  await layers.register({ ...base, aliases: [sha512('layer 1')] })
  await layers.register(base)
  await layers.register({ ...base, aliases: [sha384('layer 1'), sha512('layer 1')] })
  expect(await layers.known(base.blob)).toEqual({
    diffId: base.diffId,
    aliases: [sha512('layer 1'), sha384('layer 1')],
    size: 1000,
  })
  // Of other content nothing of the old names is left.
  await layers.register({ ...base, diffId: digest('other') })
  expect(await layers.known(base.blob)).toEqual({ diffId: digest('other'), size: 1000 })
})

it('remembers nothing of a blob whose name in sha256 it is not told', async () => {
  const layers = createLayerStore({ root: await temporaryRoot() })
  await layers.register({ ...base, diffId: sha512('layer 1') })
  expect(await layers.known(base.blob)).toBeUndefined()
})

it('registers the same layer again, from another blob as well, and rewrites nothing', async () => {
  const root = await temporaryRoot()
  const layers = createLayerStore({ root })
  await layers.register(base)
  const before = await readFile(file(root, 'layers', base.diffId))
  await Promise.all([
    layers.register(base),
    layers.register({ ...base, blob: digest('zstd twin') }),
    layers.register(base),
  ])
  expect((await readFile(file(root, 'layers', base.diffId))).equals(before)).toBe(true)
  expect(await layers.known(digest('zstd twin'))).toEqual({ diffId: base.diffId, size: 1000 })
  expect(await layersOf(layers)).toHaveLength(1)
})

it('refuses a layer on one that is not registered, and keeps nothing of it', async () => {
  const layers = createLayerStore({ root: await temporaryRoot() })
  await expect(layers.register(second)).rejects.toMatchObject({
    name: 'LayerError',
    code: 'LAYER_PARENT_UNKNOWN',
    message: `the layer below, ${base.diffId}, is not registered`,
    hint: 'register layers from the base up',
    facts: { digest: base.diffId },
  })
  expect(await layers.known(second.blob)).toBeUndefined()
  expect(await layersOf(layers)).toEqual([])
})

it('holds 125 layers and refuses one more', async () => {
  const layers = createLayerStore({ root: await temporaryRoot() })
  let parent: Digest | undefined
  for (let depth = 1; depth <= 125; depth++) parent = (await layers.register({ ...base, parent })).chainId
  await expect(layers.register({ ...base, parent })).rejects.toMatchObject({
    code: 'LAYER_MAX_DEPTH',
    facts: { expected: 125, actual: 126 },
  })
  expect(await layersOf(layers)).toHaveLength(125)
})

it('forgets a layer once', async () => {
  const layers = createLayerStore({ root: await temporaryRoot() })
  await layers.register(base)
  expect(await layers.remove(base.diffId)).toBe(true)
  expect(await layers.remove(base.diffId)).toBe(false)
  expect(await layers.get(base.diffId)).toBeUndefined()
})

it('lets no text but a digest reach a path', async () => {
  const layers = createLayerStore({ root: await temporaryRoot() })
  const hostile = 'sha256:../../../etc/passwd' as Digest
  await expect(layers.get(hostile)).rejects.toMatchObject({ code: 'DIGEST_INVALID_FORMAT' })
  await expect(layers.known(hostile)).rejects.toMatchObject({ name: 'DigestError' })
  await expect(layers.remove(hostile)).rejects.toMatchObject({ name: 'DigestError' })
  await expect(layers.register({ ...base, blob: hostile })).rejects.toMatchObject({ name: 'DigestError' })
  // Nor is the half of it written that could be.
  expect(await layers.get(base.diffId)).toBeUndefined()
  await expect(layers.uncompress({ digest: hostile, size: 1 })).rejects.toMatchObject({ name: 'DigestError' })
  expect(await layersOf(layers)).toEqual([])
})

const forgeries: readonly [string, (record: Record<string, unknown>) => unknown][] = [
  ['nothing', () => undefined],
  ['of a newer version', (record) => ({ ...record, version: 2 })],
  ['of another layer', (record) => ({ ...record, chainId: digest('other') })],
  ['with a diffID that does not lead to its chainID', (record) => ({ ...record, diffId: digest('other') })],
  ['with a parent that does not lead to its chainID', (record) => ({ ...record, parent: digest('other'), depth: 2 })],
  ['with a negative size', (record) => ({ ...record, size: -1 })],
  ['with a size as text', (record) => ({ ...record, size: '1000' })],
  ['with a depth that its place denies', (record) => ({ ...record, depth: 7 })],
  ['without depth', (record) => ({ ...record, depth: undefined })],
  ['that is a list', (record) => [record]],
  ['that is too long', (record) => ({ ...record, more: 'x'.repeat(5000) })],
]

it.each(forgeries)('takes a record %s for none, and replaces it', async (_, forge) => {
  const root = await temporaryRoot()
  const layers = createLayerStore({ root })
  const registered = await layers.register(base)
  const path = file(root, 'layers', base.diffId)
  const forged = forge(JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>)
  await writeFile(path, JSON.stringify(forged) ?? '')
  expect(await layers.get(base.diffId)).toBeUndefined()
  expect(await layersOf(layers)).toEqual([])
  await expect(layers.register(second)).rejects.toMatchObject({ code: 'LAYER_PARENT_UNKNOWN' })
  await layers.register(base)
  expect(await layers.get(base.diffId)).toEqual(registered)
})

it.each([[[]], ['x'], [[7]], [[base.diffId]], [[sha512('a'), sha512('b')]], [{ 0: sha512('a') }]])(
  'takes a memory with the aliases %j for none',
  async (aliases) => {
    const root = await temporaryRoot()
    const layers = createLayerStore({ root })
    await layers.register(base)
    const path = file(root, 'diff-ids', base.blob)
    const record = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>
    await writeFile(path, JSON.stringify({ ...record, aliases }))
    expect(await layers.known(base.blob)).toBeUndefined()
    await layers.register(base)
    expect(await layers.known(base.blob)).toEqual({ diffId: base.diffId, size: 1000 })
  },
)

it('takes a memory whose own name is not in sha256 for none: older readers would hold it against configs', async () => {
  const root = await temporaryRoot()
  const layers = createLayerStore({ root })
  await layers.register(base)
  const path = file(root, 'diff-ids', base.blob)
  const record = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>
  await writeFile(path, JSON.stringify({ ...record, diffId: sha512('layer 1') }))
  expect(await layers.known(base.blob)).toBeUndefined()
})

it('takes any bytes in the place of its records for none', async () => {
  const root = await temporaryRoot()
  const layers = createLayerStore({ root })
  await layers.register(base)
  const good = await readFile(file(root, 'diff-ids', base.blob))
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.nat(good.length - 3).map((length) => good.subarray(0, length)),
    fc.json().map((text) => Buffer.from(text)),
  )
  await fc.assert(
    fc.asyncProperty(bytes, async (content) => {
      await writeFile(file(root, 'diff-ids', base.blob), content)
      expect(await layers.known(base.blob)).toBeUndefined()
    }),
  )
  await layers.register(base)
  expect(await layers.known(base.blob)).toEqual({ diffId: base.diffId, size: 1000 })
})

it('replaces a link or a directory in the place of a record, and follows neither', async () => {
  const root = await temporaryRoot()
  const layers = createLayerStore({ root })
  await mkdir(join(root, 'lading/layers/sha256'), { recursive: true })
  await mkdir(join(root, 'lading/diff-ids/sha256'), { recursive: true })
  await writeFile(join(root, 'elsewhere'), 'precious')
  await symlink(join(root, 'elsewhere'), file(root, 'layers', base.diffId))
  await mkdir(join(file(root, 'diff-ids', base.blob), 'inside'), { recursive: true })
  expect(await layers.get(base.diffId)).toBeUndefined()
  const registered = await layers.register(base)
  expect(await layers.get(base.diffId)).toEqual(registered)
  expect(await layers.known(base.blob)).toEqual({ diffId: base.diffId, size: 1000 })
  expect(await readFile(join(root, 'elsewhere'), 'utf8')).toBe('precious')
})

it('leaves alone what others put beside its records, and lists none of it', async () => {
  const root = await temporaryRoot()
  const layers = createLayerStore({ root })
  await layers.register(base)
  await writeFile(join(root, 'lading/layers/sha256/README'), 'hello')
  await writeFile(join(root, 'lading/layers/notes'), 'hello')
  expect(await layersOf(layers)).toHaveLength(1)
  expect(await readdir(join(root, 'lading/layers/sha256'))).toHaveLength(2)
})

it('counts the layers below before it refuses one for their number, whatever a record says', async () => {
  const root = await temporaryRoot()
  const layers = createLayerStore({ root })
  await layers.register(base)
  const { chainId } = await layers.register(second)
  const path = file(root, 'layers', chainId)
  const { sum: _, ...record } = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>
  await writeFile(path, JSON.stringify({ ...record, depth: 125 }))
  const third = { blob: digest('blob 3'), diffId: digest('layer 3'), size: 3, parent: chainId }
  const registered = await layers.register(third)
  expect(JSON.parse(await readFile(file(root, 'layers', registered.chainId), 'utf8'))).toMatchObject({ depth: 3 })
})
