import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { image, startTestRegistry, tar } from '@lading/test-registry'
import { describe, expect, it, onTestFinished } from 'vitest'
import { failure, scene } from './scene.ts'

const inside = tar({ a: randomBytes(200_000).toString('latin1') })
const blob = gzipSync(inside)
const half = Math.floor(blob.length / 2)
const wrong = Buffer.alloc(half, 7)

interface File {
  readonly url: string
  /** The `Range` of each request. */
  readonly ranges: (string | undefined)[]
}

/** A server of one file that honours ranges and ignores `If-Range`; `only` that many first bytes, then it breaks off. */
async function serveFile(
  content: Buffer,
  { only, etag, path = '/layer' }: { readonly only?: number; readonly etag?: string; readonly path?: string } = {},
): Promise<File> {
  const ranges: (string | undefined)[] = []
  const server = createServer((request, response) => {
    const { range } = request.headers
    ranges.push(range)
    const from = Number(/bytes=(\d+)-/.exec(range ?? '')?.[1] ?? 0)
    response.writeHead(range === undefined ? 200 : 206, {
      'content-length': blob.length - from,
      ...(range === undefined ? {} : { 'content-range': `bytes ${from}-${blob.length - 1}/${blob.length}` }),
      ...(etag === undefined ? {} : { etag }),
    })
    if (only === undefined) response.end(content.subarray(from))
    else response.write(content.subarray(from, Math.max(from, only)), () => response.destroy())
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, ranges }
}

/** A pull of an image whose layer is at these addresses and not in the registry. */
async function foreignScene(files: readonly File[]): Promise<{
  pull(options?: { readonly resume?: boolean }): Promise<string>
  resumed(): number[]
}> {
  const { registry, pull, eventsOf } = await scene()
  await registry.seed(
    image('t/foreign:1').rawLayer(blob, {
      tar: inside,
      urls: files.map(({ url }) => url),
      stored: false,
      mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
    }),
  )
  return {
    pull: async (options) => (await pull('t/foreign:1', { allowForeignUrls: true, ...options })).status,
    resumed: () => eventsOf('layer:resume').map(({ offset }) => offset),
  }
}

describe('the bytes of a source that broke off', () => {
  it('are not gone on with by another', async () => {
    const [bad, good] = [await serveFile(wrong, { only: half }), await serveFile(blob)]
    const { pull } = await foreignScene([bad, good])
    expect(await pull()).toBe('downloaded')
    expect(good.ranges).toEqual([undefined])
  })

  it('are gone on with by the same one', async () => {
    const [slow] = [await serveFile(blob, { only: half })]
    const { pull, resumed } = await foreignScene([slow])
    await failure(pull())
    expect(slow.ranges.slice(0, 2)).toEqual([undefined, `bytes=${half}-${blob.length - 1}`])
    expect(resumed()).toContain(half)
  })

  it('are gone on with by a later pull, unless that is told to begin anew', async () => {
    const slow = await serveFile(blob, { only: half })
    const { pull } = await foreignScene([slow])
    await failure(pull())
    const rest = `bytes=${half}-${blob.length - 1}`
    for (const [resume, first] of [
      [true, rest],
      [false, undefined],
    ] as const) {
      slow.ranges.length = 0
      await failure(pull({ resume }))
      expect(slow.ranges.slice(0, 2)).toEqual([first, rest])
    }
  })

  it('are gone on with by another that has the same validator', async () => {
    const [first, second] = [
      await serveFile(blob, { only: half, etag: '"same"' }),
      await serveFile(blob, { etag: '"same"' }),
    ]
    const { pull } = await foreignScene([first, second])
    expect(await pull()).toBe('downloaded')
    expect(second.ranges).toEqual([`bytes=${half}-${blob.length - 1}`])
  })

  it.each([
    ['another validator', '"other"'],
    ['none', undefined],
  ])('are thrown away when the other has %s after all', async (_, etag) => {
    const first = await serveFile(wrong, { only: half, etag: '"same"' })
    const second = await serveFile(blob, etag === undefined ? {} : { etag })
    const { pull } = await foreignScene([first, second])
    expect(await pull()).toBe('downloaded')
    expect(second.ranges).toEqual([`bytes=${half}-${blob.length - 1}`, undefined])
  })

  it('are thrown away when they do not fit, although the validators were equal', async () => {
    const [bad, good] = [
      await serveFile(wrong, { only: half, etag: '"same"' }),
      await serveFile(blob, { etag: '"same"' }),
    ]
    const { pull } = await foreignScene([bad, good])
    expect(await pull()).toBe('downloaded')
    expect(good.ranges).toEqual([`bytes=${half}-${blob.length - 1}`, undefined])
  })

  it('are no other source’s when only the queries of the addresses differ', async () => {
    const bad = await serveFile(wrong, { only: half, path: '/layer?1' })
    const good = await serveFile(blob, { path: '/layer?2' })
    const { pull } = await foreignScene([bad, good])
    expect(await pull()).toBe('downloaded')
    expect(good.ranges).toEqual([undefined])
  })

  it('are not gone on with by a later pull from elsewhere', async () => {
    const { registry, puller, pull } = await scene()
    const other = await startTestRegistry()
    onTestFinished(() => other.close())
    const built = await registry.seed(image('t/app:1').randomLayer(300_000))
    await other.seed(image('t/app:1').randomLayer(300_000))
    const digest = built.layers[0]?.digest ?? ''
    registry.addFault({ on: 'blob', digest, nth: 1, afterBytes: 100, then: 'flip' })
    registry.addFault({ on: 'blob', digest, nth: 1, afterBytes: 200_000, then: 'close' })
    registry.addFault({ on: 'blob', digest, nth: 2, then: { status: 403 } })
    await failure(pull('t/app:1'))
    other.addFault({ on: 'blob', digest, times: 1, then: 'new-etag' })
    expect((await puller.pull(`${other.host}/t/app:1`, { platform: 'linux/amd64' })).status).toBe('downloaded')
    expect(other.journal.blob(digest).requests.at(-1)?.status).toBe(200)
  })
})
