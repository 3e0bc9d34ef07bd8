import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { createHash } from 'node:crypto'
import { compress } from '@lading/compression'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { needs } from '../../../test/support/needs.ts'
import { sample } from './support/build.ts'
import { cut, runAsync, type Pieces } from './support/run.ts'

const pinned = '26.10.0'
const pinnedNode = (): string | undefined =>
  process.versions.node === pinned ? undefined : `its bytes are known of Node ${pinned} alone`

async function* inPieces(input: Uint8Array, pieces: Pieces): AsyncGenerator<Uint8Array> {
  yield* cut(input, pieces)
}
async function compressed(
  input: Uint8Array,
  { kind, pieces = [Infinity], level }: { kind: 'gzip' | 'zstd'; pieces?: Pieces; level?: number },
): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of compress(inPieces(input, pieces), { kind, level })) chunks.push(chunk)
  return Buffer.concat(chunks)
}
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

describe.each(['gzip', 'zstd'] as const)('compressing to %s', (kind) => {
  it('gives what comes back the same, for other programs too', async () => {
    for (const size of [0, 1, 100, 65_536, 65_537, 400_000]) {
      const bytes = await compressed(sample(size), { kind })
      expect(Buffer.compare(await runAsync(bytes), sample(size)), String(size)).toBe(0)
      const other = kind === 'gzip' ? gunzipSync(bytes) : zstdDecompressSync(bytes)
      expect(Buffer.compare(other, sample(size)), String(size)).toBe(0)
    }
  })

  it('gives the same bytes however they come', async () => {
    const input = sample(200_000)
    const whole = await compressed(input, { kind })
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 150_000 }), { minLength: 1, maxLength: 4 }),
        async (sizes) => {
          const pieces = sizes.map((size) => Math.max(size, 1000))
          expect(Buffer.compare(await compressed(input, { kind, pieces }), whole)).toBe(0)
        },
      ),
      { numRuns: 4 },
    )
  })

  it('gives the bytes that are known of this Node', needs(pinnedNode), async () => {
    // Another version may bring another zlib: then digests of what is compressed anew change, and this is told by it.
    const known: Readonly<Record<string, string>> = {
      gzip: '4d5425bea17c1c88830fe829916fb7cddff429f968b4bf6fcf445e7d16c52032',
      zstd: 'e539a5baa828d8635bae8ea16f8f28b29762f490ea834cbf95845368e6d7b311',
    }
    expect(sha256(await compressed(sample(300_000), { kind }))).toBe(known[kind])
  })

  it('is smaller at a higher level', async () => {
    const [low, high] = [
      await compressed(sample(400_000), { kind, level: 1 }),
      await compressed(sample(400_000), { kind, level: 9 }),
    ]
    expect(high.byteLength).toBeLessThan(low.byteLength)
  })

  it('rejects with what the source throws, or the signal, and lets the source go', async () => {
    const reason = new Error('the disk is gone')
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield sample(100_000)
      throw reason
    }
    const take = async (source: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<unknown> => {
      try {
        for await (const _ of compress(source, { kind, signal }));
      } catch (error) {
        return error
      }
      return undefined
    }
    expect(await take(broken())).toBe(reason)
    expect(await take(broken(), AbortSignal.abort(reason))).toBe(reason)
    let letGo = false
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield sample(100_000)
      } finally {
        letGo = true
      }
    }
    for await (const _ of compress(endless(), { kind })) break
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
    expect(letGo).toBe(true)
    const stop = new AbortController()
    async function* stopping(): AsyncGenerator<Uint8Array> {
      yield sample(100_000)
      stop.abort(reason)
      yield sample(100_000)
    }
    expect(await take(stopping(), stop.signal)).toBe(reason)
  })

  it('asks for no more than is taken', async () => {
    let asked = 0
    async function* counted(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < 1000; at++) {
        asked++
        // What does not compress fills every buffer.
        yield noise(at)
      }
    }
    for await (const _ of compress(counted(), { kind })) {
      await new Promise((resolve) => {
        setTimeout(resolve, 20)
      })
      break
    }
    expect(asked).toBeLessThan(100)
  })
})

/** 64 KiB that do not compress. */
function noise(seed: number): Uint8Array {
  const bytes = new Uint8Array(65_536)
  let state = (seed + 1) * 2654435761
  for (let at = 0; at < bytes.length; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    bytes[at] = state >>> 24
  }
  return bytes
}
