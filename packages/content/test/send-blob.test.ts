import { createHash } from 'node:crypto'
import { OCI_LAYER, type Descriptor } from '@lading/manifest'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMemoryContent, sendBlob, type BlobSource, type Receiver } from '../src/index.ts'

const content = Uint8Array.from({ length: 200_000 }, (_, at) => (at * 7) % 251)
const blobOf = (bytes: Uint8Array): Descriptor => ({
  mediaType: OCI_LAYER,
  digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
  size: bytes.byteLength,
})
const blob = blobOf(content)

async function* pieces(from: Uint8Array, length: number): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < from.byteLength; at += length) yield from.slice(at, at + length)
}

/** A sink that keeps what it is given. */
function collecting(offset = 0): Pick<Receiver, 'offset' | 'begin' | 'write'> & { readonly writes: Uint8Array[] } {
  const writes: Uint8Array[] = []
  return { offset, begin: () => undefined, write: (chunk) => void writes.push(chunk), writes }
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('it succeeded')
    },
    (error: unknown) => error,
  )
}

describe('a blob of a caller', () => {
  it.each<[string, BlobSource]>([
    ['bytes', content],
    ['an iterable', pieces(content, 70_001)],
    ['a function', (offset) => pieces(content.subarray(offset), 9_999)],
  ])('as %s is received by any target', async (_what, source) => {
    const to = createMemoryContent()
    const delivery = await to.begin()
    const receiver = await delivery.receive(blob)
    if (typeof receiver === 'string') throw new Error(receiver)
    const told: number[] = []
    await sendBlob(blob, source, receiver, { onProgress: (taken) => told.push(taken) })
    expect(await receiver.commit()).toEqual(blob)
    expect(told.at(-1)).toBe(content.length)
    expect(told.toSorted((a, b) => a - b)).toEqual(told)
  })

  it('is sent from where the sink is, in pieces of 64 KiB at most', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(content.length), fc.integer({ min: 1000, max: 200_000 }), async (offset, length) => {
        for (const source of [content, (from: number) => pieces(content.subarray(from), length)]) {
          const sink = collecting(offset)
          await sendBlob(blob, source, sink)
          expect(Buffer.concat(sink.writes).equals(content.subarray(offset))).toBe(true)
          expect(Math.max(0, ...sink.writes.map(({ byteLength }) => byteLength))).toBeLessThanOrEqual(65_536)
        }
      }),
      { numRuns: 20 },
    )
  })

  it("in memory stays the caller's: a sink owns copies", async () => {
    // `slice` of a Buffer copies nothing.
    for (const own of [new Uint8Array(content), Buffer.from(content)]) {
      const sink = collecting()
      await sendBlob(blob, own, sink)
      for (const chunk of sink.writes) chunk.fill(0)
      expect(Buffer.compare(own, content)).toBe(0)
    }
  })

  it('that throws is a SourceError, and what the sink or the listener throws is not', async () => {
    const why = new Error('no such file')
    const throwing = (): never => {
      throw why
    }
    async function* broken(): AsyncGenerator<Uint8Array, void, undefined> {
      yield content.slice(0, 10)
      throw why
    }
    for (const source of [broken, broken(), throwing])
      expect(await failureOf(sendBlob(blob, source, collecting()))).toMatchObject({
        code: 'SOURCE_FAILED',
        cause: why,
        facts: { digest: blob.digest },
      })
    expect(await failureOf(sendBlob(blob, content, { ...collecting(), write: throwing }))).toBe(why)
    expect(await failureOf(sendBlob(blob, content, collecting(), { onProgress: throwing }))).toBe(why)
  })

  it.each(['the signal', 'the sink'])('that gives nothing more is not waited for when %s goes off', async (who) => {
    const stop = new AbortController()
    const reason = new Error('stop')
    let left = false
    const silent: BlobSource = {
      [Symbol.asyncIterator]: () => ({
        next: () => {
          setImmediate(() => stop.abort(reason))
          return new Promise(() => undefined)
        },
        return: async () => {
          left = true
          return { done: true, value: undefined }
        },
      }),
    }
    const { signal } = stop
    const sending =
      who === 'the sink'
        ? sendBlob(blob, silent, { ...collecting(), failed: signal })
        : sendBlob(blob, silent, collecting(), { signal })
    expect(await failureOf(sending)).toBe(reason)
    expect(left).toBe(true)
  })

  it('is left when its sink fails, and not waited for when a write hangs', async () => {
    let left = false
    async function* source(): AsyncGenerator<Uint8Array, void, undefined> {
      try {
        for (;;) yield content.slice(0, 10)
      } finally {
        left = true
      }
    }
    const stop = new AbortController()
    const write = (): Promise<void> => {
      setImmediate(() => stop.abort())
      return new Promise(() => undefined)
    }
    expect(await failureOf(sendBlob(blob, source(), { ...collecting(), write }, { signal: stop.signal }))).toBe(
      stop.signal.reason,
    )
    expect(left).toBe(true)
  })
})
