import type { Digest } from '@lading/digest'
import { isLadingError } from '@lading/errors'
import { createRegistryClient } from '@lading/registry-client'
import { image, startTestRegistry, type Fault } from '@lading/test-registry'
import { expect, it, onTestFinished } from 'vitest'
import { readAll, scene, testClock } from './support/downloads-scene.ts'

const held = 64 * 1024
const built = image('t/app:1').randomLayer(600_000)

async function upstream(faults: readonly Fault[]) {
  const registry = await startTestRegistry({ images: [built], faults })
  const client = createRegistryClient({ clock: testClock() })
  onTestFinished(async () => {
    await client.close()
    await registry.close()
  })
  const repository = registry.repository('t/app')
  const [digest] = repository
    .blobs()
    .toSorted((one, other) => (repository.blob(other)?.byteLength ?? 0) - (repository.blob(one)?.byteLength ?? 0))
  const bytes = repository.blob(digest as Digest)
  if (digest === undefined || bytes === undefined) throw new Error('its layer is there')
  const size = bytes.byteLength
  const { downloads } = scene()
  const open = () =>
    downloads.open({
      digest,
      size,
      from: () => client.repository(`${registry.host}/t/app`).source(),
      host: registry.host,
      repository: 't/app',
    })
  return { registry, digest, bytes, size, open }
}

/** Three readers at once: what each got, and what it ended with. */
async function readThree({ open, size }: Awaited<ReturnType<typeof upstream>>) {
  const starts = [0, 123_456, size - held - 1]
  return Promise.all(
    starts.map(async (start) => {
      const got: Uint8Array[] = []
      try {
        const blob = await open()
        try {
          for await (const piece of blob.read({ start, end: size })) got.push(piece)
        } finally {
          blob.close()
        }
        return { start, got: Buffer.concat(got), code: undefined }
      } catch (error) {
        if (!isLadingError(error)) throw error
        return { start, got: Buffer.concat(got), code: error.code }
      }
    }),
  )
}

const blob = (then: Fault['then'], more: Partial<Fault> = {}): Fault => ({ on: 'blob', nth: 1, then, ...more })

it.each<readonly [string, readonly Fault[], readonly (string | undefined)[]]>([
  ['nothing', [], [undefined]],
  ['a reset inside the body', [blob('reset', { afterBytes: 300_000 })], [undefined]],
  ['closed inside the body', [blob('close', { afterBytes: 300_000 })], [undefined]],
  ['cut inside a chunk', [blob('cut-chunk', { afterBytes: 300_000 })], [undefined]],
  ['busy', [blob({ status: 429, retryAfter: 1 })], [undefined]],
  ['500 once', [blob({ status: 500 })], [undefined]],
  ['404', [blob({ status: 404 }, { nth: undefined })], ['BLOB_UNKNOWN']],
  ['a flipped bit', [blob('flip', { afterBytes: 200_000 })], ['DIGEST_MISMATCH']],
  ['another body', [blob({ content: 'something else' })], ['SIZE_MISMATCH']],
  ['without end', [blob('endless')], ['SIZE_MISMATCH', 'DIGEST_MISMATCH']],
])('upstream: %s', async (_, faults, codes) => {
  const there = await upstream(faults)
  const { size } = there
  const outcomes = await readThree(there)
  for (const { code } of outcomes) expect(codes).toContain(code)
  const whole = outcomes.filter(({ code }) => code === undefined)
  expect(whole.filter(({ start, got }) => Buffer.compare(got, there.bytes.subarray(start)) !== 0)).toEqual([])
  // Nobody has the last bytes of what is wrong.
  const cutOff = outcomes.filter(({ code }) => code !== undefined)
  expect(cutOff.filter(({ start, got }) => start + got.byteLength > size - held)).toEqual([])
  // One download, however many read it.
  const bodies = there.registry.journal.entries.filter(({ kind, status }) => kind === 'blob' && (status ?? 500) < 300)
  expect(bodies.length).toBeLessThanOrEqual(faults.length === 0 ? 1 : 2)
  // What a connection had taken up when it broke may come again: no more than its buffers hold.
  const most = faults.length === 0 ? size : 2 * size
  const sent = whole.length === 0 ? 0 : bodies.reduce((sum, { bytesSent }) => sum + bytesSent, 0)
  expect(sent).toBeLessThanOrEqual(most)
})

it('reads a blob again after one that was wrong', async () => {
  const there = await upstream([blob('flip', { afterBytes: 200_000 })])
  await readThree(there)
  const again = await there.open()
  expect(Buffer.compare(await readAll(again), there.bytes)).toBe(0)
})
