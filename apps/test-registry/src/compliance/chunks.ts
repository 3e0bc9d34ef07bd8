import assert from 'node:assert/strict'
import { checksOf, type Check } from './check.ts'
import { digestOf } from './documents.ts'
import { failed, sameBytes, status } from './expectations.ts'
import type { Answer, Question } from './http.ts'
import type { Target } from './target.ts'

const push = checksOf('push')

/** As the official suite has it: no chunk is smaller, whatever the registry allows. */
const leastChunk = 1024

interface Chunks {
  readonly session: Answer
  readonly size: number
  readonly data: Uint8Array
  readonly digest: string
  readonly parts: readonly [Uint8Array, Uint8Array, Uint8Array]
}

/** Three chunks of the size that the registry wants, the last one shorter. */
async function prepare(target: Target): Promise<Chunks> {
  const session = await target.session()
  const size = Math.max(leastChunk, Number(session.headers['oci-chunk-min-length'] ?? 0))
  const data = Uint8Array.from({ length: 2 * size + 100 }, (_, position) => (position * 13) % 249)
  return {
    session,
    size,
    data,
    digest: digestOf(data),
    parts: [data.subarray(0, size), data.subarray(size, 2 * size), data.subarray(2 * size)],
  }
}

const chunk = (bytes: Uint8Array, start: number, method = 'PATCH'): Question => ({
  method,
  body: bytes,
  headers: {
    'content-type': 'application/octet-stream',
    'content-length': String(bytes.length),
    'content-range': `${start}-${start + bytes.length - 1}`,
  },
})

async function accepted(target: Target, before: Answer, bytes: Uint8Array, start: number): Promise<Answer> {
  const answer = await target.at(target.location(before), chunk(bytes, start))
  status(answer, 202)
  assert.match(answer.headers['range'] ?? '', new RegExp(`^(?:bytes=)?0-${start + bytes.length - 1}$`))
  return answer
}

const finish = (target: Target, before: Answer, digest: string): Promise<Answer> =>
  target.at(target.location(before, { digest }), { method: 'PUT', headers: { 'content-length': '0' } })

async function made(target: Target, closed: Answer, data: Uint8Array): Promise<void> {
  status(closed, 201)
  sameBytes(await target.at(target.location(closed)), data)
}

/** Where a session stands, by its own word. */
async function standing(target: Target, session: Answer, last: number): Promise<Answer> {
  const answer = await target.at(target.location(session))
  status(answer, 204)
  assert.match(answer.headers['range'] ?? '', new RegExp(`^(?:bytes=)?0-${last}$`))
  return answer
}

export const chunkChecks: readonly Check[] = [
  push('chunks: three, the last with PATCH', async (target) => {
    const { session, size, data, digest, parts } = await prepare(target)
    const first = await accepted(target, session, parts[0], 0)
    const second = await accepted(target, first, parts[1], size)
    await made(target, await finish(target, await accepted(target, second, parts[2], 2 * size), digest), data)
  }),
  push('chunks: three, the last with PUT', async (target) => {
    const { session, size, data, digest, parts } = await prepare(target)
    const second = await accepted(target, await accepted(target, session, parts[0], 0), parts[1], size)
    await made(target, await target.at(target.location(second, { digest }), chunk(parts[2], 2 * size, 'PUT')), data)
  }),
  push('chunks: one that skips ahead is 416, and the session goes on where it was', async (target) => {
    const { session, size, data, digest, parts } = await prepare(target)
    const first = await accepted(target, session, parts[0], 0)
    status(await target.at(target.location(first), chunk(parts[2], 2 * size)), 416)
    const second = await accepted(target, await standing(target, first, size - 1), parts[1], size)
    await made(target, await target.at(target.location(second, { digest }), chunk(parts[2], 2 * size, 'PUT')), data)
  }),
  push('chunks: one that starts again is 416, and the session goes on where it was', async (target) => {
    const { session, size, data, digest, parts } = await prepare(target)
    const first = await accepted(target, session, parts[0], 0)
    status(await target.at(target.location(first), chunk(parts[0], 0)), 416)
    const second = await accepted(target, await standing(target, first, size - 1), parts[1], size)
    await made(target, await target.at(target.location(second, { digest }), chunk(parts[2], 2 * size, 'PUT')), data)
  }),
  push('chunks: the first one must start at the start', async (target) => {
    const { session, size, parts } = await prepare(target)
    status(await target.at(target.location(session), chunk(parts[1], size)), 416)
  }),
  push(
    'chunks: a last one out of order is 416',
    async (target) => {
      const { session, size, data, digest, parts } = await prepare(target)
      const first = await accepted(target, session, parts[0], 0)
      status(await target.at(target.location(first, { digest }), chunk(parts[2], 2 * size, 'PUT')), 416)
      const second = await accepted(target, await standing(target, first, size - 1), parts[1], size)
      await made(target, await target.at(target.location(second, { digest }), chunk(parts[2], 2 * size, 'PUT')), data)
    },
    { since: 'dev' },
  ),
  push('stream: without Content-Range and without Content-Length', async (target) => {
    const { session, data, digest } = await prepare(target)
    const streamed = await target.at(target.location(session), {
      method: 'PATCH',
      body: data,
      headers: { 'transfer-encoding': 'chunked', 'content-type': 'application/octet-stream' },
    })
    status(streamed, 202)
    await made(target, await finish(target, streamed, digest), data)
  }),
  push('upload: two sessions are two', async (target) => {
    const [one, two] = [await target.session(), await target.session()]
    assert.notEqual(target.location(one), target.location(two))
  }),
  push('upload: one that nobody opened is 404 BLOB_UPLOAD_UNKNOWN', async (target) => {
    const opened = await target.session()
    const { pathname } = new URL(target.location(opened))
    failed(
      await target.at(
        new URL(`${pathname.slice(0, pathname.lastIndexOf('/'))}/00000000-0000-4000-8000-000000000000`, target.url)
          .href,
      ),
      [404],
      'BLOB_UPLOAD_UNKNOWN',
      'BLOB_UPLOAD_INVALID',
    )
  }),
  push(
    'upload: cancelled is gone',
    async (target) => {
      const opened = await target.session()
      status(await target.at(target.location(opened), { method: 'DELETE' }), 204)
      failed(await target.at(target.location(opened)), [404], 'BLOB_UPLOAD_UNKNOWN')
    },
    { since: 'dev' },
  ),
]
