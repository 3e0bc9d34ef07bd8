import { randomBytes } from 'node:crypto'
import { createMemoryContent, type Source } from '@lading/content'
import { describe, expect, it } from 'vitest'
import { openImage } from '../src/index.ts'
import { parseToc } from '../src/toc-entries.ts'
import { putImage } from './support/images.ts'
import { all, textBytes } from './support/layers.ts'
import { putTocLayer } from './support/toc-layers.ts'

const large = randomBytes(300_000)
const entries = [
  { name: 'etc/', type: 'directory', mode: 0o755 },
  { name: 'etc/motd', body: textBytes('hello\n') },
  { name: 'etc/empty' },
  { name: 'etc/link', type: 'symlink', mode: 0o777, linkName: 'motd' },
  { name: 'etc/hard', type: 'link', linkName: 'etc/motd' },
  { name: 'large', body: large },
  { name: 'last', body: textBytes('last') },
  { name: '.wh.gone' },
] as const

interface Scene {
  readonly source: Source
  readonly target: ReturnType<typeof putImage>
  /** Bytes of the layer that were sent, and how often it was opened as a whole. */
  readonly sent: { bytes: number; whole: number }
}

function scene(
  how: Parameters<typeof putTocLayer>[2],
  { ranges = true, spoil }: { readonly ranges?: boolean; readonly spoil?: (chunk: Uint8Array) => Uint8Array } = {},
): Scene {
  const content = createMemoryContent()
  const layer = putTocLayer(content, entries, how)
  const target = putImage(content, [layer])
  const sent = { bytes: 0, whole: 0 }
  const source: Source = {
    ...content,
    // As a registry: what it sends is verified by whoever receives it.
    verified: undefined,
    open(descriptor, options) {
      sent.whole++
      return content.open(descriptor, options)
    },
    async send(descriptor, sink, options) {
      const part = {
        ...sink,
        offset: ranges ? sink.offset : 0,
        write(chunk: Uint8Array) {
          sent.bytes += chunk.length
          return sink.write(spoil?.(chunk) ?? chunk)
        },
      }
      await content.send(descriptor, part, options)
    },
  }
  return { source, target, sent }
}

it('may have more chunks of one file than a call has arguments', () => {
  const file = `{"type":"reg","name":"a"}${',{"type":"chunk","endOffset":7}'.repeat(150_000)}`
  const table = textBytes(`{"version":1,"entries":[${file}]}`)
  expect(parseToc(table, { maxBytes: table.length })).toMatchObject([{ end: 7 }])
})

describe.each(['stargz', 'zstd:chunked'] as const)('a table of contents of %s', (kind) => {
  it('leads to one file, without the rest of the layer', async () => {
    const { source, target, sent } = scene({ kind })
    const image = await openImage(source, target)
    for (const path of ['etc/motd', 'etc/link', 'etc/hard'])
      expect(Buffer.from(await image.readFile(path)).toString()).toBe('hello\n')
    expect(Buffer.from(await image.readFile('last')).toString()).toBe('last')
    expect(await image.readFile('etc/empty')).toHaveLength(0)
    expect(sent.whole).toBe(0)
    expect(sent.bytes).toBeLessThan(large.length / 20)
    expect(await image.readFile('large')).toEqual(new Uint8Array(large))
    expect(sent.whole).toBe(0)
  })

  it('says the same as the whole layer', async () => {
    const { source, target } = scene({ kind, chunkBytes: 100_000 })
    const whole = await openImage({ ...source, verified: true }, target)
    const quick = await openImage(source, target)
    const told = async (image: typeof whole): Promise<unknown> =>
      (await all(image.walk())).map((file) => ({ ...file, inode: undefined }))
    expect(await told(quick)).toEqual(await told(whole))
    const files = (await all(whole.walk())).filter(({ type }) => type === 'file')
    for (const { path } of files) expect(await quick.readFile(path)).toEqual(await whole.readFile(path))
    const names = async (image: typeof whole): Promise<unknown> => (await all(image.contents())).map(({ path }) => path)
    expect(await names(quick)).toEqual(await names(whole))
  })

  it.each([
    ['has a file of another digest', (table: string) => table.replaceAll(/"sha256:[0-9a-f]{4}/g, '"sha256:0000')],
    ['has a file somewhere else', (table: string) => table.replaceAll(/"offset":\d+/g, '"offset":1')],
    ['has a file outside of the layer', (table: string) => table.replaceAll(/"offset":\d+/g, '"offset":99999999')],
    ['is of another version', (table: string) => table.replace('"version":1', '"version":2')],
    ['is no JSON', (table: string) => table.slice(1)],
    ['leads outside', (table: string) => table.replace('"etc/motd"', '"../etc/motd"')],
    ['has a name that is too long', (table: string) => table.replace('"last"', `"${'l/'.repeat(5000)}"`)],
    ['has a link that is too long', (table: string) => table.replace('"motd"', `"${'l'.repeat(5000)}"`)],
    ['has too many values', (table: string) => table.replace(/\]\}$/, `],"more":[${'{},'.repeat(10_000)}{}]}`)],
    ['has a name that was no UTF-8', (table: string) => table.replace('"last"', '"\uFFFD"')],
  ])('that %s gives way to the whole layer', async (_, change) => {
    const { source, target, sent } = scene({ kind, change })
    const image = await openImage(source, target)
    expect(Buffer.from(await image.readFile('etc/motd')).toString()).toBe('hello\n')
    expect(sent.whole).toBeGreaterThan(0)
  })

  it('gives way to the whole layer where the source has no ranges, or sends something else', async () => {
    for (const how of [{ ranges: false }, { spoil: (chunk: Uint8Array) => chunk.map((byte) => byte ^ 1) }]) {
      const { source, target, sent } = scene({ kind }, how)
      const image = await openImage(source, target)
      expect(Buffer.from(await image.readFile('etc/motd')).toString()).toBe('hello\n')
      expect(sent.whole).toBeGreaterThan(0)
    }
  })

  it('does not hide that the source fails', async () => {
    const { source, target } = scene({ kind })
    const failing = { ...source, send: () => Promise.reject(new Error('the line is down')) }
    await expect((await openImage(failing, target)).readFile('last')).rejects.toThrow('the line is down')
  })
})
