import { createReusedMemory } from '@lading/content'
import { makeCertificate } from '@lading/test-registry'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { atScale } from '../../../test/support/scale.ts'
import { createOwedChunks } from '../src/repository/upload/owed-chunks.ts'
import { createUndiciTransport } from '../src/index.ts'
import { serve } from './support/scripted-server.ts'

describe('chunks of an upload', () => {
  it('are given back when all that came of their memory was sent, in whatever parts', () => {
    const owed = createOwedChunks()
    const slab = new Uint8Array(100)
    const returned: string[] = []
    owed.add(slab.subarray(0, 40), () => returned.push('first'))
    owed.add(slab.subarray(40, 70), undefined)
    owed.sent(slab.subarray(40, 70))
    owed.sent(slab.subarray(0, 10))
    owed.sent(new Uint8Array(100))
    expect(returned).toEqual([])
    owed.add(slab.subarray(70), () => returned.push('last'))
    owed.sent(slab.subarray(70))
    expect(returned).toEqual([])
    owed.sent(slab.subarray(10, 40))
    expect(returned).toEqual(['first', 'last'])
    owed.sent(slab)
    expect(returned).toEqual(['first', 'last'])
  })
})

interface Upload {
  readonly sizes: readonly number[]
  readonly slow: boolean
  /** The server ends it after so many bytes. */
  readonly cutAt: number | undefined
}

const upload: fc.Arbitrary<Upload> = fc.record({
  sizes: fc.array(fc.oneof(fc.integer({ min: 1, max: 20_000 }), fc.integer({ min: 65_000, max: 262_144 })), {
    minLength: 1,
    maxLength: 8,
  }),
  slow: fc.boolean(),
  cutAt: fc.option(fc.integer({ min: 1, max: 1_000_000 }), { nil: undefined, freq: 3 }),
})

describe.each(['http', 'https'] as const)('over %s', (scheme) => {
  it('what is sent from memory that is used again arrives as it was', async () => {
    const tls = scheme === 'https' ? makeCertificate() : undefined
    let wrong = 0
    let asked: Upload = { sizes: [], slow: false, cutAt: undefined }
    const server = await serve(
      async (request, response) => {
        let at = 0
        for await (const bytes of request as AsyncIterable<Uint8Array>) {
          for (const byte of bytes) if (byte !== byteAt(at++)) wrong++
          if (at >= (asked.cutAt ?? Number.POSITIVE_INFINITY)) request.socket.destroy()
          if (asked.slow) await new Promise((resolve) => void setImmediate(resolve))
        }
        response.end()
      },
      tls === undefined ? {} : { tls },
    )
    const { transport, close } = createUndiciTransport()
    let used = 0
    const run = async (given: Upload): Promise<void> => {
      asked = given
      const memory = createReusedMemory(262_144)
      const owed = new Map<Uint8Array, () => void>()
      async function* body(): AsyncGenerator<Uint8Array, void, undefined> {
        let at = 0
        for (const size of given.sizes) {
          const chunk = memory.take().subarray(0, size)
          if (chunk[0] !== 0) used++
          for (let index = 0; index < size; index++) chunk[index] = byteAt(at++)
          owed.set(chunk, memory.giveBack(chunk))
          yield chunk
        }
      }
      const ended = transport(
        {
          method: 'POST',
          url: new URL(server.origin),
          headers: { 'content-length': String(given.sizes.reduce((sum, size) => sum + size, 0)) },
          body: body(),
          insecure: tls !== undefined,
          onSent(chunk) {
            // Whoever still looked at it would see this.
            chunk.fill(0xff)
            owed.get(chunk)?.()
          },
        },
        { head: () => undefined, data: () => undefined },
      )
      await (given.cutAt === undefined ? ended : ended.catch(() => undefined))
    }
    try {
      await fc.assert(fc.asyncProperty(upload, run), { numRuns: atScale(10, 200) })
      await run({ sizes: [200_000, 200_000, 200_000], slow: false, cutAt: undefined })
    } finally {
      await close()
    }
    expect(wrong).toBe(0)
    expect(used).toBeGreaterThan(0)
  })
})

/** Never 255. */
const byteAt = (at: number): number => (at * 31 + (at >> 8)) % 255
