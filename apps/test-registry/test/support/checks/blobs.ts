import assert from 'node:assert/strict'
import { errorCode } from '../http.ts'
import { data, sha, type Check } from './tried.ts'
import { session } from './uploads.ts'

const range = (name: string, header: string, status: number, expected: Buffer, contentRange: string): Check => ({
  name: `range: ${name}`,
  async run({ at, pushBlob }) {
    const answer = await at(`/blobs/${await pushBlob(data)}`, { headers: { range: header } })
    assert.equal(answer.status, status)
    assert.ok(answer.whole, 'the answer is readable to its end')
    if (status === 206) {
      assert.deepEqual(answer.body, expected)
      assert.equal(answer.headers['content-length'], String(expected.length))
      assert.equal(answer.headers['content-range'], contentRange)
    }
  },
})

export const blobChecks: readonly Check[] = [
  {
    name: 'blob: POST then PUT, and what Location leads to',
    async run({ at, pushBlob }) {
      for (const bytes of [data, Buffer.from('{}'), Buffer.alloc(0)]) {
        const answer = await at(`/blobs/${await pushBlob(bytes)}`)
        assert.equal(answer.status, 200)
        assert.deepEqual(answer.body, bytes)
        assert.equal(answer.headers['content-length'], String(bytes.length))
      }
    },
  },
  {
    name: 'blob: one POST',
    async run({ at, location }) {
      const answer = await at(`/blobs/uploads/?digest=${sha(data)}`, { method: 'POST', body: data, headers: { 'content-type': 'application/octet-stream' } })
      assert.equal(answer.status, 201)
      assert.deepEqual((await at(location(answer))).body, data)
    },
  },
  {
    name: 'blob: HEAD has length and digest, and no body',
    async run({ at, pushBlob }) {
      const digest = await pushBlob(data)
      const answer = await at(`/blobs/${digest}`, { method: 'HEAD' })
      assert.equal(answer.status, 200)
      assert.equal(answer.headers['content-length'], '2048')
      assert.equal(answer.headers['docker-content-digest'], digest)
      assert.equal(answer.body.length, 0)
    },
  },
  {
    name: 'blob: unknown is 404 BLOB_UNKNOWN',
    async run({ at, pushBlob }) {
      await pushBlob(data)
      const answer = await at(`/blobs/${sha(Buffer.from('nobody has this'))}`)
      assert.equal(answer.status, 404)
      assert.equal(errorCode(answer), 'BLOB_UNKNOWN')
    },
  },
  {
    name: 'blob: a wrong digest is 400 DIGEST_INVALID',
    async run(registry) {
      const { at, location } = registry
      const answer = await at(location(await session(registry), `digest=${sha(Buffer.from('other'))}`), { method: 'PUT', body: data })
      assert.equal(answer.status, 400)
      assert.equal(errorCode(answer), 'DIGEST_INVALID')
    },
  },
  {
    name: 'blob: sha512, and its digest header in that algorithm',
    async run(registry) {
      const { at, location } = registry
      const digest = sha(data, 'sha512')
      const closed = await at(location(await session(registry), `digest=${digest}`), { method: 'PUT', body: data })
      assert.equal(closed.status, 201)
      const answer = await at(`/blobs/${digest}`)
      assert.deepEqual(answer.body, data)
      assert.equal(answer.headers['docker-content-digest'], digest)
    },
  },
  range('middle', 'bytes=500-1499', 206, data.subarray(500, 1500), 'bytes 500-1499/2048'),
  range('open end', 'bytes=500-', 206, data.subarray(500), 'bytes 500-2047/2048'),
  range('suffix', 'bytes=-500', 206, data.subarray(1548), 'bytes 1548-2047/2048'),
  range('end past the blob is clamped', 'bytes=2000-5000', 206, data.subarray(2000), 'bytes 2000-2047/2048'),
  range('past the blob is 416', 'bytes=5000-10000', 416, data, ''),
  range('inverted is 416', 'bytes=500-0', 416, data, ''),
  {
    name: 'range: If-Range with the right validator is the range, with another everything',
    async run({ at, pushBlob }) {
      const path = `/blobs/${await pushBlob(data)}`
      const { etag = '' } = (await at(path, { method: 'HEAD' })).headers
      const right = await at(path, { headers: { range: 'bytes=500-', 'if-range': etag } })
      assert.deepEqual([right.status, right.body], [206, data.subarray(500)])
      const other = await at(path, { headers: { range: 'bytes=500-', 'if-range': '"other"' } })
      assert.deepEqual([other.status, other.body], [200, data])
    },
  },
  {
    name: 'blob: If-None-Match with its validator is 304',
    async run({ at, pushBlob }) {
      const path = `/blobs/${await pushBlob(data)}`
      const { etag = '' } = (await at(path, { method: 'HEAD' })).headers
      assert.equal((await at(path, { headers: { 'if-none-match': etag } })).status, 304)
      assert.equal((await at(path, { headers: { 'if-none-match': '"other"' } })).status, 200)
    },
  },
]
