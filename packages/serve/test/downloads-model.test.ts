import assert from 'node:assert/strict'
import { isLadingError } from '@lading/errors'
import { randomBytes } from '@lading/test-registry'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { atScale } from '../../../test/support/scale.ts'
import { fileStore, scene, turns } from './support/downloads-scene.ts'
import { scriptedSource, type Step } from './support/scripted-source.ts'

const size = 150_000
const held = 64 * 1024
const bytes = randomBytes(size, 7)

interface Reader {
  readonly start: number
  readonly end: number
  /** Turns of the event loop before it opens, and between its pieces. */
  readonly after: number
  readonly pause: number
  /** Leaves when it has so many bytes. */
  readonly leaves?: number | undefined
}

const position = fc.oneof(fc.integer({ min: 0, max: size }), fc.constantFrom(0, size - held, size - held - 1, size))
const reader: fc.Arbitrary<Reader> = fc.record({
  start: position,
  end: position,
  after: fc.nat(30),
  pause: fc.nat(4),
  leaves: fc.option(fc.nat(size), { nil: undefined, freq: 3 }),
})
const calm: fc.Arbitrary<Step> = fc.oneof(fc.record({ give: fc.nat(60_000) }), fc.constant('stall' as const))
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: calm },
  { weight: 2, arbitrary: fc.constantFrom('cut' as const, 'cut' as const, 'whole' as const) },
  { weight: 1, arbitrary: fc.constantFrom('flip' as const, 'more' as const, 'end' as const) },
)
const attempt = fc.array(step, { maxLength: 6 }).map((steps) => [
  // What a source begins with is the first step alone.
  ...(steps.includes('whole') ? (['whole'] as const) : []),
  ...steps.filter((each) => each !== 'whole'),
])

const codes = ['CONNECTION_LOST', 'DIGEST_MISMATCH', 'SIZE_MISMATCH', 'DOWNLOAD_RESTARTED', 'DOWNLOAD_STOPPED']

async function holds(
  readers: readonly Reader[],
  attempts: readonly (readonly Step[])[],
  where: 'memory' | 'files',
): Promise<void> {
  const { open, downloads, store } = scene(where === 'files' ? { store: await fileStore() } : {})
  const source = scriptedSource(bytes, attempts)
  const quiet = attempts.flat().every((each) => each === 'stall' || (typeof each === 'object' && 'give' in each))
  const over = new AbortController()
  const driver = (async () => {
    while (!over.signal.aborted) {
      source.go()
      await turns(2)
    }
  })()
  const read = async ({ after, pause, leaves, ...range }: Reader): Promise<void> => {
    const [start, end] = [Math.min(range.start, range.end), Math.max(range.start, range.end)]
    const got: Uint8Array[] = []
    let length = 0
    await turns(after)
    try {
      const blob = await open(source)
      try {
        for await (const piece of blob.read({ start, end })) {
          got.push(piece)
          length += piece.byteLength
          if (leaves !== undefined && length >= leaves) break
          await turns(pause)
        }
        const all = Buffer.concat(got)
        // Right to its last byte, or a start of what may be wrong: nobody has all of that.
        const whole = length === end - start
        if (leaves === undefined) assert.ok(whole, `${length} bytes of ${start} to ${end}`)
        if (quiet || (whole && end > size - held))
          assert.equal(Buffer.compare(all, bytes.subarray(start, start + length)), 0)
      } finally {
        blob.close()
      }
    } catch (error) {
      if (!isLadingError(error)) throw error
      assert.ok(codes.includes(error.code), error.code)
      assert.ok(length === 0 || length < end - start || end <= size - held)
      if (quiet) throw error
    }
  }
  await Promise.all(readers.map(read))
  over.abort()
  await driver
  if (quiet) {
    assert.deepEqual(source.asked, [0])
    assert.ok(source.sent <= size)
  }
  // Whatever is there by its name is right.
  if ((await store.contents.stat(source.digest)) !== undefined)
    assert.deepEqual(await store.contents.verify(source.digest), { size })
  await downloads.close()
  assert.deepEqual(downloads.onTheWay(), [])
}

it('gives each reader exactly its range or a typed error, whatever happens, in memory', async () => {
  const model = fc.assert(
    fc.asyncProperty(
      fc.array(reader, { minLength: 1, maxLength: 6 }),
      fc.array(attempt, { maxLength: 4 }),
      async (readers, attempts) => holds(readers, attempts, 'memory'),
    ),
    { numRuns: atScale(15, 2_000) },
  )
  await expect(model).resolves.toBeUndefined()
})

it('gives each reader exactly its range or a typed error, whatever happens, in files', async () => {
  const model = fc.assert(
    fc.asyncProperty(
      fc.array(reader, { minLength: 1, maxLength: 6 }),
      fc.array(attempt, { maxLength: 4 }),
      async (readers, attempts) => holds(readers, attempts, 'files'),
    ),
    { numRuns: atScale(2, 500) },
  )
  await expect(model).resolves.toBeUndefined()
})

it('asks for each byte exactly once where nothing breaks off', async () => {
  const model = fc.assert(
    fc.asyncProperty(
      fc.array(reader, { minLength: 1, maxLength: 6 }),
      fc.array(calm, { maxLength: 6 }),
      async (readers, steps) => holds(readers, [steps], 'memory'),
    ),
    { numRuns: atScale(8, 1_000) },
  )
  await expect(model).resolves.toBeUndefined()
})
