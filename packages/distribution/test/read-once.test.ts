import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readOnce } from '../src/read-once.ts'

const content = Uint8Array.from({ length: 300_000 }, (_, at) => (at * 7) % 251)

async function* pieces(length: number): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < content.length; at += length) yield content.slice(at, at + length)
}

describe('a source that can be read once', () => {
  it('goes on from wherever a target is, as long as nothing of it was lost', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 5_000, max: 200_000 }),
        fc.array(fc.tuple(fc.nat(6), fc.double({ min: 0, max: 1, noNaN: true })), { maxLength: 8 }),
        async (length, breaks) => {
          const source = readOnce(pieces(length))
          const got: Uint8Array[] = []
          const size = (): number => got.reduce((sum, { byteLength }) => sum + byteLength, 0)
          for (const [count, share] of breaks) {
            const iterator = source.open(size())[Symbol.asyncIterator]()
            for (let taken = 0; taken < count; taken++) {
              const { done, value } = await iterator.next()
              if (done === true) break
              // Of the last one the target has a part.
              const kept = taken === count - 1 ? Math.floor(value.byteLength * share) : value.byteLength
              got.push(value.slice(0, kept))
              // Who takes a chunk may do with it what he likes.
              value.fill(0)
            }
            await iterator.return?.()
            expect(source.opensAt(size())).toBe(true)
          }
          for await (const value of source.open(size())) got.push(value)
          expect(Buffer.concat(got).equals(content)).toBe(true)
        },
      ),
      { numRuns: 40 },
    )
  })

  it('cannot go back further than what it gave last, nor ahead', async () => {
    const source = readOnce(pieces(10_000))
    const iterator = source.open(0)[Symbol.asyncIterator]()
    await iterator.next()
    await iterator.next()
    expect([0, 9_999, 10_000, 15_000, 20_000, 20_001].map((offset) => source.opensAt(offset))).toEqual([
      false,
      false,
      true,
      true,
      true,
      false,
    ])
  })

  it('gives what comes late to whoever opened it last', async () => {
    let give: ((value: IteratorResult<Uint8Array>) => void) | undefined
    const source = readOnce({
      [Symbol.asyncIterator]: () => ({
        next: () =>
          new Promise((resolve) => {
            give = resolve
          }),
      }),
    })
    const first = source.open(0)[Symbol.asyncIterator]()
    const lost = first.next()
    await first.return?.()
    const second = source.open(0)[Symbol.asyncIterator]()
    const kept = second.next()
    give?.({ done: false, value: content.slice(0, 5) })
    expect(await lost).toEqual({ done: true, value: undefined })
    expect((await kept).value).toEqual(content.slice(0, 5))
  })

  it('is left at the end, and not touched when nobody opened it', async () => {
    let touched = false
    let left = false
    const watched: AsyncIterable<Uint8Array> = {
      [Symbol.asyncIterator]: () => {
        touched = true
        return {
          next: async () => ({ done: false, value: content.slice(0, 5) }),
          return: async () => {
            left = true
            return { done: true, value: undefined }
          },
        }
      },
    }
    const unopened = readOnce(watched)
    await unopened.close()
    expect(touched).toBe(false)
    const source = readOnce(watched)
    await source.open(0)[Symbol.asyncIterator]().next()
    await source.close()
    expect(left).toBe(true)
  })
})
