import assert from 'node:assert/strict'
import { checksOf, Unsupported, type Check } from './check.ts'
import { blobData, digestOf, emptyJson, textBytes } from './documents.ts'
import { failed, sameBytes, status } from './expectations.ts'
import type { Answer } from './http.ts'
import type { Target } from './target.ts'

const pull = checksOf('pull')
const push = checksOf('push')

const close = (target: Target, session: Answer, digest: string, bytes: Uint8Array): Promise<Answer> =>
  target.at(target.location(session, { digest }), {
    method: 'PUT',
    body: bytes,
    headers: { 'content-type': 'application/octet-stream', 'content-length': String(bytes.length) },
  })

const contents: readonly (readonly [string, Uint8Array])[] = [
  ['some bytes', blobData],
  ['an empty JSON object', emptyJson],
  ['no bytes', new Uint8Array(0)],
]

export const blobChecks: readonly Check[] = [
  ...contents.map(([what, bytes]) =>
    push(`blob: POST then PUT of ${what}, and what Location leads to`, async (target) => {
      const closed = await close(target, await target.session(), digestOf(bytes), bytes)
      status(closed, 201)
      for (const path of [target.location(closed), `/blobs/${digestOf(bytes)}`]) {
        const answer = await target.at(path)
        status(answer, 200)
        sameBytes(answer, bytes)
        assert.equal(answer.headers['content-length'], String(bytes.length))
      }
    }),
  ),
  push('blob: one POST', async (target) => {
    const answer = await target.at(`/blobs/uploads/?digest=${digestOf(blobData)}`, {
      method: 'POST',
      body: blobData,
      headers: { 'content-type': 'application/octet-stream', 'content-length': '2048' },
    })
    if (answer.status === 202) throw new Unsupported('one POST opens a session')
    status(answer, 201)
    sameBytes(await target.at(target.location(answer)), blobData)
  }),
  push('blob: one POST with a wrong digest is 400', async (target) => {
    const answer = await target.at(`/blobs/uploads/?digest=${digestOf(emptyJson)}`, {
      method: 'POST',
      body: blobData,
      headers: { 'content-type': 'application/octet-stream', 'content-length': '2048' },
    })
    if (answer.status === 202) throw new Unsupported('one POST opens a session')
    failed(answer, [400], 'DIGEST_INVALID')
    status(await target.at(`/blobs/${digestOf(emptyJson)}`), 404)
  }),
  push('blob: PUT with a wrong digest is 400', async (target) => {
    failed(await close(target, await target.session(), digestOf(emptyJson), blobData), [400], 'DIGEST_INVALID')
    status(await target.at(`/blobs/${digestOf(emptyJson)}`), 404)
  }),
  push('blob: PATCH, then PUT with a wrong digest is 400', async (target) => {
    const patched = await target.at(target.location(await target.session()), {
      method: 'PATCH',
      body: blobData,
      headers: { 'content-type': 'application/octet-stream' },
    })
    failed(await close(target, patched, digestOf(emptyJson), new Uint8Array(0)), [400], 'DIGEST_INVALID')
  }),
  push('blob: PUT with a malformed digest, without one, and with an unknown algorithm is 400', async (target) => {
    for (const digest of ['sha256:xyz', 'md5:d41d8cd98f00b204e9800998ecf8427e', ''])
      failed(await close(target, await target.session(), digest, blobData), [400], 'DIGEST_INVALID')
  }),
  push(
    'blob: by sha512, and its digest header in that algorithm',
    async (target) => {
      const digest = digestOf(blobData, 'sha512')
      const closed = await close(target, await target.session(), digest, blobData)
      status(closed, 201)
      const answer = await target.at(`/blobs/${digest}`)
      sameBytes(answer, blobData)
      if (answer.headers['docker-content-digest'] !== undefined)
        assert.equal(answer.headers['docker-content-digest'], digest)
    },
    { since: '1.1' },
  ),
  push(
    'blob: the algorithm told in advance',
    async (target) => {
      const digest = digestOf(blobData, 'sha512')
      const closed = await close(target, await target.session('?digest-algorithm=sha512'), digest, blobData)
      status(closed, 201)
      sameBytes(await target.at(`/blobs/${digest}`), blobData)
    },
    { since: 'dev' },
  ),
  push(
    'blob: an algorithm told in advance that nobody knows is 400',
    async (target) =>
      status(
        await target.at('/blobs/uploads/?digest-algorithm=unknown', {
          method: 'POST',
          headers: { 'content-length': '0' },
        }),
        400,
      ),
    { since: 'dev' },
  ),
  pull('blob: HEAD has the length and no body', async (target) => {
    const digest = await target.pushBlob(blobData)
    const answer = await target.at(`/blobs/${digest}`, { method: 'HEAD' })
    status(answer, 200)
    assert.equal(answer.headers['content-length'], '2048')
    assert.equal(answer.body.length, 0)
  }),
  pull(
    'blob: GET and HEAD have the digest header',
    async (target) => {
      const digest = await target.pushBlob(blobData)
      for (const method of ['GET', 'HEAD'])
        assert.equal((await target.at(`/blobs/${digest}`, { method })).headers['docker-content-digest'], digest)
    },
    { since: 'dev' },
  ),
  pull('blob: unknown is 404 BLOB_UNKNOWN, HEAD without a body', async (target) => {
    await target.pushBlob(blobData)
    const path = `/blobs/${digestOf(textBytes('nobody has this'))}`
    failed(await target.at(path), [404], 'BLOB_UNKNOWN', 'NAME_UNKNOWN')
    const head = await target.at(path, { method: 'HEAD' })
    status(head, 404)
    assert.equal(head.body.length, 0)
  }),
  pull('blob: of a repository that is not there is 404', async (target) =>
    failed(await target.at(`/blobs/${digestOf(blobData)}`), [404], 'BLOB_UNKNOWN', 'NAME_UNKNOWN'),
  ),
  pull('blob: a malformed digest is 400 or 404', async (target) => {
    await target.pushBlob(blobData)
    status(await target.at('/blobs/sha256:xyz'), 400, 404)
  }),
]
