import { createFreedMemory } from '@lading/content'
import { makeCertificate } from '@lading/test-registry'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { atScale } from '../../../test/support/scale.ts'
import { createUndiciTransport } from '../src/index.ts'
import { createNodeTransport } from '../src/transport/node-transport.ts'
import { serve } from './support/scripted-server.ts'

const microtasks = (): Promise<void> => Promise.resolve().then(() => undefined)
const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

describe('memory that bytes came in', () => {
  it('is freed when all of it was given back, and not before', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 16_384, max: 70_000 }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 }),
        fc.infiniteStream(fc.nat()),
        async (size, fractions, order) => {
          const slab = new Uint8Array(size)
          const cuts = [...new Set([0, ...fractions.map((each) => Math.floor(each * size)), size])].toSorted(
            (a, b) => a - b,
          )
          const memory = createFreedMemory()
          const owed = cuts.slice(1).map((end, index) => memory(slab.subarray(cuts[index], end)))
          while (owed.length > 0) {
            expect(slab.byteLength).toBe(size)
            const [giveBack] = owed.splice((order.next().value as number) % owed.length, 1)
            giveBack?.()
            // Once more says nothing.
            giveBack?.()
            await microtasks()
          }
          expect(slab.byteLength).toBe(0)
        },
      ),
      { numRuns: 50 },
    )
  })

  it('stays where something else lies in it, or where it is little', async () => {
    const memory = createFreedMemory()
    const [slab, little] = [new Uint8Array(65_536), new Uint8Array(8_192)]
    memory(slab.subarray(300))?.()
    memory(little)?.()
    await microtasks()
    expect([slab.byteLength, little.byteLength]).toEqual([65_536, 8_192])
  })

  it('is not freed under those who look at it now', () => {
    const slab = new Uint8Array(65_536)
    createFreedMemory()(slab)?.()
    expect(slab.byteLength).toBe(65_536)
  })

  it('that Node keeps for its small buffers is left to it', async () => {
    const pooled = new Uint8Array(Buffer.from('pooled').buffer)
    createFreedMemory()(pooled)?.()
    await microtasks()
    expect(Buffer.from('still there').toString()).toBe('still there')
  })
})

type Habit = 'now' | 'after a turn' | 'at the end' | 'never'

interface Download {
  readonly length: number
  readonly writes: readonly number[]
  readonly chunked: boolean
  readonly habits: readonly Habit[]
  readonly pauses: readonly boolean[]
  /** How many bytes are taken before the receiver leaves. */
  readonly leavesAt: number | undefined
}

const download: fc.Arbitrary<Download> = fc.record({
  length: fc.integer({ min: 1, max: 400_000 }),
  writes: fc.array(fc.integer({ min: 1, max: 150_000 }), { minLength: 1, maxLength: 5 }),
  chunked: fc.boolean(),
  habits: fc.array(fc.constantFrom<Habit>('now', 'now', 'after a turn', 'at the end', 'never'), {
    minLength: 1,
    maxLength: 5,
  }),
  pauses: fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }),
  leavesAt: fc.option(fc.integer({ min: 1, max: 400_000 }), { nil: undefined, freq: 3 }),
})

const content = Uint8Array.from({ length: 400_000 }, (_, index) => (index * 31 + (index >> 8)) & 0xff)

describe.each([
  ['http', 'undici'],
  ['https', 'undici'],
  ['http', 'sockets of ours'],
  ['https', 'sockets of ours'],
] as const)('over %s by %s', (scheme, way) => {
  it('no byte is lost or seen changed, whenever chunks are given back', async () => {
    const tls = scheme === 'https' ? makeCertificate() : undefined
    let asked: Download | undefined
    const server = await serve(
      async (_request, response) => {
        const { length, writes, chunked } = asked ?? { length: 0, writes: [1], chunked: false }
        if (!chunked) response.setHeader('content-length', length)
        for (let at = 0, index = 0; at < length; index++) {
          const end = Math.min(length, at + (writes[index % writes.length] ?? 1))
          if (!response.write(content.subarray(at, end))) await turn()
          at = end
        }
        response.end()
      },
      tls === undefined ? {} : { tls },
    )
    const { transport, close } = way === 'undici' ? createUndiciTransport() : createNodeTransport({ leastBody: 0 })
    let freed = 0
    const run = async (given: Download): Promise<void> => {
      asked = given
      const { length, habits, pauses, leavesAt = Number.POSITIVE_INFINITY } = given
      const kept: { readonly chunk: Uint8Array; readonly at: number }[] = []
      const late: (() => void)[] = []
      const all: Uint8Array[] = []
      const leave = new AbortController()
      let received = 0
      const data = (chunk: Uint8Array, giveBack?: () => void): void | Promise<void> => {
        const at = received
        received += chunk.byteLength
        expect(Buffer.compare(chunk, content.subarray(at, received))).toBe(0)
        all.push(chunk)
        const habit = giveBack === undefined ? 'never' : habits[all.length % habits.length]
        const look = (): void => {
          expect(Buffer.compare(chunk, content.subarray(at, at + chunk.byteLength))).toBe(0)
          giveBack?.()
        }
        if (habit === 'now') giveBack?.()
        else if (habit === 'after a turn') setImmediate(look)
        else if (habit === 'at the end') late.push(look)
        else kept.push({ chunk, at })
        if (received >= leavesAt) leave.abort(new Error('left'))
        if (pauses[all.length % pauses.length] === true) return turn()
      }
      const ended = await transport(
        { method: 'GET', url: new URL(server.origin), headers: {}, insecure: tls !== undefined },
        { head: () => undefined, data },
        { signal: leave.signal },
      ).then(
        () => undefined,
        (error: unknown) => error,
      )
      const { aborted: left } = leave.signal
      expect({ failed: ended !== undefined, received }).toEqual({ failed: left, received: left ? received : length })
      await turn()
      for (const { chunk, at } of kept)
        expect(Buffer.compare(chunk, content.subarray(at, at + chunk.byteLength))).toBe(0)
      for (const look of late) look()
      await turn()
      freed += all.filter(({ byteLength }) => byteLength === 0).length
    }
    try {
      await fc.assert(fc.asyncProperty(download, run), { numRuns: atScale(15, 300) })
      await run({
        length: 400_000,
        writes: [400_000],
        chunked: false,
        habits: ['now'],
        pauses: [false],
        leavesAt: undefined,
      })
      // What sockets of ours read into is used again.
      expect(freed > 0).toBe(way === 'undici')
    } finally {
      await close()
    }
  })
})
