import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { digestOf } from '@lading/digest/hash'
import { isLadingError } from '@lading/errors'
import { createRegistryClient } from '@lading/registry-client'
import { parseReference } from '@lading/reference'
import { image, startTestRegistry, type TestRegistry, type TestRegistryOptions } from '@lading/test-registry'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { enlarged, needs } from '../../../test/support/needs.ts'
import { atScale } from '../../../test/support/scale.ts'
import { fetchInRanges, type RangeFetcher } from '../src/fetch-in-ranges.ts'
import type { LayerSource } from '../src/layer-source.ts'
import { scene } from './scene.ts'

/** What a download's place on disk does with what comes: bytes in order, from a start that fits. */
function collector() {
  const chunks: Uint8Array[] = []
  const sink = {
    offset: 0,
    validator: undefined as string | undefined,
    source: undefined as string | undefined,
    restarts: 0,
    begin(answer: { start: number; validator?: string | undefined; source: string }) {
      if (answer.start !== sink.offset && answer.start !== 0) throw new Error(`a gap before ${answer.start}`)
      if (answer.start === 0 && sink.offset > 0) {
        sink.restarts += 1
        chunks.length = 0
        sink.offset = 0
      }
      sink.validator = answer.validator
      sink.source = answer.source
    },
    write(chunk: Uint8Array) {
      chunks.push(chunk.slice())
      sink.offset += chunk.length
    },
    bytes: () => new Uint8Array(Buffer.concat(chunks)),
  }
  return sink
}

const idle = { signal: new AbortController().signal, onWait: () => {} }

async function until(is: () => boolean): Promise<void> {
  while (!is()) await new Promise((resolve) => setImmediate(resolve))
}

/** A clock that says of each request more that it brings as much more. */
const everyOneHelps = () => {
  let time = 0
  let step = 1000
  return () => (time += step /= 2)
}

describe('a layer in parts', () => {
  it('comes in order whatever comes first, and goes on after any failure with what it has', async () => {
    const layer = new Uint8Array(randomBytes(5_000))
    const script = fc.record({
      scheduler: fc.scheduler(),
      most: fc.integer({ min: 2, max: 5 }),
      pieceBytes: fc.integer({ min: 50, max: 1500 }),
      chunkBytes: fc.integer({ min: 1, max: 700 }),
      failAt: fc.array(fc.nat({ max: 30 }), { maxLength: 4 }),
      slowSink: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(script, async ({ scheduler, most, pieceBytes, chunkBytes, failAt, slowSink }) => {
        let running = 0
        let leftRunning = 0
        let peak = 0
        let sent = 0
        let steps = 0
        const source: LayerSource = async (to, { signal }) => {
          peak = Math.max(peak, ++running)
          try {
            await scheduler.schedule(Promise.resolve())
            await to.begin({ start: to.offset, validator: '"v"', source: 'here' })
            for (let at = to.offset; at < (to.end ?? layer.length); at = to.offset) {
              await scheduler.schedule(Promise.resolve())
              signal.throwIfAborted()
              if (failAt.includes(steps++)) throw new Error('cut off')
              const chunk = layer.slice(at, Math.min(at + chunkBytes, to.end ?? layer.length))
              sent += chunk.length
              await to.write(chunk)
            }
          } finally {
            running -= 1
          }
        }
        const sink = collector()
        const slow = {
          ...sink,
          get offset() {
            return sink.offset
          },
          write: async (chunk: Uint8Array) => {
            await scheduler.schedule(Promise.resolve())
            sink.write(chunk)
          },
        }
        const fetcher = fetchInRanges(source, {
          size: layer.length,
          most,
          pieceBytes,
          refused: new Set(),
          now: everyOneHelps(),
        })
        const all = async (): Promise<void> => {
          for (;;) {
            try {
              return await fetcher.fetch(slowSink ? slow : sink, idle)
            } catch (error) {
              if (!(error instanceof Error) || error.message !== 'cut off') throw error
              leftRunning += running
            }
          }
        }
        await scheduler.waitFor(all())
        expect(sink.bytes()).toEqual(layer)
        expect([sink.restarts, leftRunning]).toEqual([0, 0])
        expect(peak).toBeLessThanOrEqual(most)
        // Nothing that came is asked for again.
        expect(sent).toBe(layer.length)
      }),
      { numRuns: atScale(30, 600) },
    )
  })

  it('stops for the signal, with all its requests', async () => {
    const stop = new AbortController()
    let running = 0
    const source: LayerSource = async (to, { signal }) => {
      running += 1
      await to.begin({ start: to.offset, source: 'here' })
      try {
        if (to.offset === 0) {
          await to.write(new Uint8Array(10))
          return
        }
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
      } finally {
        running -= 1
      }
    }
    const fetcher = fetchInRanges(source, { size: 1000, most: 3, pieceBytes: 10, refused: new Set() })
    const fetched = fetcher.fetch(collector(), { ...idle, signal: stop.signal })
    await until(() => running === 2)
    const reason = new Error('enough')
    stop.abort(reason)
    await expect(fetched).rejects.toBe(reason)
    expect(running).toBe(0)
  })
})

it('one request that fails ends the others', async () => {
  let running = 0
  const source: LayerSource = async (to, { signal }) => {
    running += 1
    try {
      await to.begin({ start: to.offset, source: 'here' })
      if (to.offset === 0) {
        await to.write(new Uint8Array(10))
        return
      }
      if (to.offset === 10) {
        await until(() => running === 2)
        throw new Error('cut off')
      }
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
    } finally {
      running -= 1
    }
  }
  const fetcher = fetchInRanges(source, { size: 1000, most: 3, pieceBytes: 10, refused: new Set() })
  await expect(fetcher.fetch(collector(), idle)).rejects.toThrow('cut off')
  expect(running).toBe(0)
})

it('what another source began is asked for as the whole rest, which is only gone on with where both are the same', async () => {
  const asked: (number | undefined)[] = []
  const source: LayerSource = async (to) => {
    asked.push(to.end)
    await to.begin({ start: to.offset, source: 'registry' })
    await to.write(new Uint8Array((to.end ?? 1000) - to.offset))
  }
  const sink = collector()
  sink.begin({ start: 0, source: 'mirror' })
  sink.write(new Uint8Array(20))
  const refused = new Set<string>()
  await fetchInRanges(source, { size: 1000, most: 3, pieceBytes: 10, refused }).fetch(sink, idle)
  expect(asked).toEqual([30, undefined])
  expect(refused).toEqual(new Set())
})

const size = 400_000
const pieceBytes = 40_000

interface Served {
  readonly registry: TestRegistry
  readonly layer: Uint8Array
  readonly digest: string
  readonly fetcher: RangeFetcher
  readonly refused: Set<string>
  ranges(): readonly (string | undefined)[]
  /** For another layer of the same puller. */
  another(): RangeFetcher
}

/** A layer at a registry, and what fetches it in up to four parts at once. */
async function served(options: TestRegistryOptions = {}): Promise<Served> {
  const registry = await startTestRegistry(options)
  const client = createRegistryClient()
  onTestFinished(async () => {
    await client.close()
    await registry.close()
  })
  const { layers } = await registry.seed(image('t/app:1').randomLayer(size))
  const [layer] = layers
  if (layer === undefined) throw new Error('no layer')
  const repository = client.repository(parseReference(`${registry.host}/t/app:1`))
  const chunks: Uint8Array[] = []
  for await (const chunk of repository.blobs.open(layer)) chunks.push(chunk)
  registry.journal.clear()
  const refused = new Set<string>()
  const another = (): RangeFetcher =>
    fetchInRanges((sink, how) => repository.blobs.fetch(layer, sink, how), {
      size: layer.size,
      most: 4,
      pieceBytes,
      refused,
      now: everyOneHelps(),
    })
  return {
    another,
    registry,
    layer: new Uint8Array(Buffer.concat(chunks)),
    digest: layer.digest,
    fetcher: another(),
    refused,
    ranges: () => registry.journal.blob(layer.digest).requests.map(({ range }) => range),
  }
}

describe('a registry that is asked for parts', () => {
  it('sends each byte once', async () => {
    const { layer, fetcher, registry, digest, ranges } = await served()
    const sink = collector()
    await fetcher.fetch(sink, idle)
    expect(digestOf(sink.bytes())).toBe(digest)
    expect(ranges()).toHaveLength(Math.ceil(layer.length / pieceBytes))
    expect(registry.journal.blob(digest).requests.every(({ status }) => status === 206)).toBe(true)
  })

  it('is asked again for what a part lacks, and for nothing else', async () => {
    const { fetcher, registry, digest, ranges } = await served()
    registry.addFault({ on: 'blob', digest, nth: 4, afterBytes: 10_000, then: 'reset' })
    const sink = collector()
    await expect(fetcher.fetch(sink, idle)).rejects.toMatchObject({ name: 'TransportError' })
    const first = new Set(ranges())
    registry.journal.clear()
    await fetcher.fetch(sink, idle)
    expect(digestOf(sink.bytes())).toBe(digest)
    expect(ranges().filter((range) => first.has(range))).toEqual([])
  })

  it.each([
    ['starts elsewhere', { then: 'wrong-content-range' }],
    ['sends the whole', { then: 'ignore-range' }],
    ['says 416', { then: { status: 416 } }],
    ['has another content meanwhile', { then: { headers: { etag: '"another"' } } }],
    ['has none that it vouches for', { then: { headers: { etag: null } } }],
  ] as const)('and %s, late, is asked for the rest in one, and never again for parts', async (_, fault) => {
    const { fetcher, registry, digest, layer, refused, ranges } = await served()
    registry.addFault({ on: 'blob', digest, nth: 5, ...fault })
    const sink = collector()
    await fetcher.fetch(sink, idle)
    expect(digestOf(sink.bytes())).toBe(digest)
    expect(refused.size).toBe(1)
    const [last] = ranges().slice(-1)
    expect(last).toMatch(new RegExp(`^bytes=\\d+-${layer.length - 1}$`))
    expect(sink.restarts).toBe(0)
  })

  it('and sends the whole where a part is gone on with is not mistaken', async () => {
    const { fetcher, registry, digest } = await served()
    registry.addFault({ on: 'blob', digest, nth: 1, afterBytes: 10_000, then: 'reset' })
    registry.addFault({ on: 'blob', digest, nth: 2, then: 'ignore-range' })
    const sink = collector()
    await expect(fetcher.fetch(sink, idle)).rejects.toMatchObject({ name: 'TransportError' })
    await fetcher.fetch(sink, idle)
    expect(digestOf(sink.bytes())).toBe(digest)
  })

  it('and has lied is asked for one in the next attempt too, and for the next layer', async () => {
    const { fetcher, registry, digest, ranges, another } = await served()
    registry.addFault({ on: 'blob', digest, nth: 3, then: 'ignore-range' })
    registry.addFault({ on: 'blob', digest, ranged: true, from: 4, times: 2, afterBytes: 100_000, then: 'reset' })
    const sink = collector()
    await expect(fetcher.fetch(sink, idle)).rejects.toMatchObject({ name: 'TransportError' })
    registry.journal.clear()
    await fetcher.fetch(sink, idle).catch(() => fetcher.fetch(sink, idle))
    expect(digestOf(sink.bytes())).toBe(digest)
    expect(ranges().length).toBeLessThanOrEqual(2)
    registry.journal.clear()
    await another().fetch(collector(), idle)
    // The first part tells who it is.
    expect(ranges()).toHaveLength(2)
  })

  it('and knows no ranges sends all of it once', async () => {
    const { fetcher, registry, digest } = await served()
    registry.addFault({ on: 'blob', digest, then: 'ignore-range' })
    const sink = collector()
    await fetcher.fetch(sink, idle)
    expect(digestOf(sink.bytes())).toBe(digest)
    expect(registry.journal.blob(digest).requests.map(({ status }) => status)).toEqual([200])
  })

  it('and spoils a part gives a digest that is wrong, whatever came in order', async () => {
    const { fetcher, registry, digest, layer } = await served()
    registry.addFault({ on: 'blob', digest, nth: 3, afterBytes: 10, then: 'flip' })
    const sink = collector()
    await fetcher.fetch(sink, idle)
    expect(sink.bytes()).toHaveLength(layer.length)
    expect(digestOf(sink.bytes())).not.toBe(digest)
  })

  it('and is gone fails as it does for the whole', async () => {
    const { fetcher, registry, digest } = await served()
    registry.addFault({ on: 'blob', digest, from: 2, then: { status: 503 } })
    const error: unknown = await fetcher.fetch(collector(), idle).catch((failure: unknown) => failure)
    expect(isLadingError(error)).toBe(true)
  })
})

const layerBytes = 40 * 1024 * 1024
const large = image('t/app:1').randomLayer(layerBytes)

describe('a pull with several requests for a layer', () => {
  it('asks for smaller layers in one', async () => {
    const { registry, pull } = await scene()
    const { layers } = await registry.seed(image('t/app:1').randomLayer(100_000))
    await pull('t/app:1', { ranges: 4 })
    expect(registry.journal.blob(layers[0]?.digest ?? '').requests.map(({ range }) => range)).toEqual([undefined])
  })

  it('asks for large ones in parts, where that is asked for', needs(enlarged), async () => {
    const { registry, pull, eventsOf } = await scene()
    const { layers } = await registry.seed(large)
    await pull('t/app:1', { ranges: 4, verify: 'digest' })
    const { requests } = registry.journal.blob(layers[0]?.digest ?? '')
    expect(requests[0]?.range).toBe(`bytes=0-${4 * 1024 * 1024 - 1}`)
    expect(eventsOf('layer:resume')).toEqual([])
  })

  it('heals what a server spoiled in one part, by one clean start', needs(enlarged), async () => {
    const { registry, pull } = await scene()
    const { layers } = await registry.seed(large)
    const digest = layers[0]?.digest ?? ''
    registry.addFault({ on: 'blob', digest, nth: 2, afterBytes: 10, then: 'flip' })
    await pull('t/app:1', { ranges: 4, verify: 'digest' })
    expect(registry.journal.blob(digest).requests.at(-1)?.range).toBeUndefined()
  })

  it(
    'is gone on with when it is killed, by what it has in order',
    { ...needs(enlarged), timeout: 120_000 },
    async () => {
      const { registry, pull, root, eventsOf } = await scene({ registry: { bytesPerSecond: 8 * 1024 * 1024 } })
      const { layers } = await registry.seed(large)
      const digest = layers[0]?.digest ?? ''
      const kills = 4
      let offset = 0
      for (let kill = 0; kill < kills; kill++) {
        const program = fileURLToPath(new URL('support/ranged-pull.ts', import.meta.url))
        const child = spawn(
          process.execPath,
          [
            '--conditions=@lading/source',
            program,
            root,
            `${registry.host}/t/app:1`,
            String(offset + 2_000_000 * (kill + 1)),
          ],
          { stdio: ['ignore', 'pipe', 'inherit'] },
        )
        await once(child.stdout, 'data')
        child.kill('SIGKILL')
        await once(child, 'exit')
        const data = await readFile(join(root, 'lading', 'ingest', digest.replace(':', '/'), 'data'))
        expect(data.length).toBeGreaterThan(offset)
        offset = data.length
      }
      expect(offset).toBeLessThan(layerBytes)
      await pull('t/app:1', { ranges: 4, verify: 'digest' })
      // What it went on from was right: the digest says so, and no byte of it came again.
      expect(eventsOf('layer:resume')[0]?.offset).toBe(offset)
      // What was lost with each process is what was on its way: four parts at most.
      expect(registry.journal.blob(digest).bytesSent).toBeLessThan(layerBytes + 100_000 + kills * 4 * 4 * 1024 * 1024)
    },
  )
})
