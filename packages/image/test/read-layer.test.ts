import { createMemoryContent } from '@lading/content'
import { OCI_LAYER_GZIP } from '@lading/manifest'
import { describe, expect, it } from 'vitest'
import { readLayer, type ReadLayerOptions } from '../src/index.ts'
import { putLayer, tarOf, textBytes, type Layer } from './support/layers.ts'

const content = createMemoryContent()
const entries = [
  { name: './', type: 'directory' },
  { name: 'etc/', type: 'directory' },
  { name: 'etc/motd', body: textBytes('hello\n') },
  { name: 'etc/.wh.issue' },
  { name: 'usr/.wh..wh..opq' },
] as const

async function listed(
  { descriptor }: Pick<Layer, 'descriptor'>,
  options: ReadLayerOptions = {},
): Promise<readonly string[]> {
  const list: string[] = []
  for await (const { layerName, body } of readLayer(content, descriptor, options)) {
    const parts: Uint8Array[] = []
    for await (const part of body) parts.push(part)
    list.push(`${layerName.kind} ${Buffer.from(layerName.path).toString()} ${Buffer.concat(parts).toString()}`)
  }
  return list
}

const failed = async (reading: Promise<unknown>): Promise<unknown> =>
  reading.then(
    () => undefined,
    (error: unknown) => error,
  )

describe('a layer', () => {
  const expected = ['entry  ', 'entry etc ', 'entry etc/motd hello\n', 'whiteout etc/issue ', 'opaque usr ']

  it.each(['none', 'gzip', 'zstd'] as const)('is read as entries (%s)', async (compression) => {
    const layer = await putLayer(content, entries, compression)
    expect(await listed(layer, { diffId: layer.diffId })).toEqual(expected)
  })

  it('is decompressed as its first bytes say, whatever it is called', async () => {
    const { descriptor } = await putLayer(content, entries, 'zstd')
    expect(await listed({ descriptor: { ...descriptor, mediaType: OCI_LAYER_GZIP } })).toEqual(expected)
  })

  it('passes over bodies that nobody reads', async () => {
    const { descriptor } = await putLayer(content, entries)
    const names: string[] = []
    for await (const { path } of readLayer(content, descriptor)) names.push(path)
    expect(names).toEqual(entries.map(({ name }) => name))
  })

  it('may lack the zeros that close an archive', async () => {
    const open = await putLayer(content, (await tarOf(entries)).subarray(0, -1024))
    expect(await listed(open, { diffId: open.diffId })).toEqual(expected)
  })

  it('of another diffID is told at its end', async () => {
    const layer = await putLayer(content, entries, 'gzip')
    const other = await putLayer(content, entries.slice(1))
    const seen: string[] = []
    const reading = async (): Promise<void> => {
      for await (const { path } of readLayer(content, layer.descriptor, { diffId: other.diffId })) seen.push(path)
    }
    expect(await failed(reading())).toMatchObject({
      code: 'DIFF_ID_MISMATCH',
      facts: { digest: layer.descriptor.digest, expected: other.diffId, actual: layer.diffId },
    })
    expect(seen).toHaveLength(entries.length)
  })

  it('whose blob is another is an error of its source', async () => {
    const { descriptor } = await putLayer(content, entries)
    const source = {
      async *open() {
        yield await tarOf(entries)
        throw new Error('not these bytes')
      },
    }
    const reading = async (): Promise<void> => {
      for await (const entry of readLayer(source, descriptor)) expect(entry.path).toBeDefined()
    }
    expect(await failed(reading())).toMatchObject({ message: 'not these bytes' })
  })

  it('that is no tar archive, or is cut short, names itself', async () => {
    const text = await putLayer(content, textBytes('x'.repeat(2000)))
    expect(await failed(listed(text))).toMatchObject({
      code: 'LAYER_UNREADABLE',
      message: expect.stringContaining(text.descriptor.digest),
      cause: expect.objectContaining({ code: 'TAR_CORRUPT' }),
    })
    const cut = await putLayer(content, (await tarOf([{ name: 'f', body: new Uint8Array(2000) }])).subarray(0, 1024))
    expect(await failed(listed(cut))).toMatchObject({
      code: 'LAYER_UNREADABLE',
      cause: expect.objectContaining({ code: 'TAR_TRUNCATED' }),
    })
    const { descriptor } = await putLayer(content, entries, 'gzip')
    const half = { descriptor: content.put(OCI_LAYER_GZIP, (await blobOf(descriptor)).subarray(0, 40)) }
    expect(await failed(listed(half))).toMatchObject({
      code: 'LAYER_UNREADABLE',
      cause: expect.objectContaining({ code: 'COMPRESSION_TRUNCATED' }),
    })
  })

  it('with a name that leads outside names itself', async () => {
    const layer = await putLayer(content, [{ name: 'a/../../x' }])
    expect(await failed(listed(layer))).toMatchObject({
      code: 'LAYER_NAME_INVALID',
      facts: { digest: layer.descriptor.digest },
      hint: expect.any(String),
    })
  })

  it('that is encrypted is refused before it is opened', async () => {
    const { descriptor } = await putLayer(content, entries)
    const mediaType = `${descriptor.mediaType}+encrypted`
    expect(await failed(listed({ descriptor: { ...descriptor, mediaType } }))).toMatchObject({
      code: 'LAYER_UNSUPPORTED',
    })
  })
})

describe('limits', () => {
  it.each([
    ['maxEntries', { maxEntries: 4 }],
    ['maxNameLength', { maxNameLength: 8 }],
    ['maxDepth', { maxDepth: 1 }],
    ['maxOutput', { maxOutput: 2000 }],
  ])('of %s are kept', async (_, limits) => {
    const layer = await putLayer(content, entries, 'gzip')
    expect(await failed(listed(layer, { limits }))).toMatchObject({ code: 'LAYER_UNREADABLE' })
  })

  it('of the ratio count the whole blob', async () => {
    const zeros = await putLayer(content, [{ name: 'zeros', body: new Uint8Array(1 << 20) }], 'gzip')
    expect(await failed(listed(zeros, { limits: { maxRatio: 10, ratioFloor: 1000 } }))).toMatchObject({
      cause: expect.objectContaining({ code: 'COMPRESSION_RATIO_LIMIT' }),
    })
  })
})

it('ends when its signal goes off, though its source gives nothing', async () => {
  const { descriptor } = await putLayer(content, entries)
  const stop = new AbortController()
  const source = {
    async *open() {
      yield (await tarOf(entries)).subarray(0, 512)
      await new Promise(() => undefined)
    },
  }
  const reading = async (): Promise<void> => {
    for await (const _ of readLayer(source, descriptor, { signal: stop.signal })) stop.abort(new Error('enough'))
  }
  expect(await failed(reading())).toMatchObject({ message: 'enough' })
})

async function blobOf(descriptor: Layer['descriptor']): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const part of content.open(descriptor)) parts.push(part)
  return Buffer.concat(parts)
}
