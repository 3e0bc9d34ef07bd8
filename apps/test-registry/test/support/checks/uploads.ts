import assert from 'node:assert/strict'
import { errorCode, type Answer, type Ask } from '../http.ts'
import { data, sha, tried, type Check, type Tried } from './tried.ts'

export async function session({ at }: Tried): Promise<Answer> {
  const answer = await at('/blobs/uploads/', { method: 'POST', headers: { 'content-length': '0' } })
  assert.equal(answer.status, 202)
  return answer
}

const chunk = (bytes: Uint8Array, start: number): Ask => ({
  method: 'PATCH',
  body: bytes,
  headers: { 'content-type': 'application/octet-stream', 'content-length': String(bytes.length), 'content-range': `${start}-${start + bytes.length - 1}` },
})

export const uploadChecks: readonly Check[] = [
  {
    name: 'chunks: three in order, the last with PUT',
    async run(registry) {
      const { at, location } = registry
      const first = await at(location(await session(registry)), chunk(data.subarray(0, 1024), 0))
      assert.equal(first.status, 202)
      assert.equal(first.headers.range, '0-1023')
      const second = await at(location(first), chunk(data.subarray(1024, 1500), 1024))
      assert.equal(second.headers.range, '0-1499')
      const closed = await at(location(second, `digest=${sha(data)}`), { ...chunk(data.subarray(1500), 1500), method: 'PUT' })
      assert.equal(closed.status, 201)
      assert.deepEqual((await at(location(closed))).body, data)
    },
  },
  {
    name: 'chunks: out of order is 416, and the session says where it is',
    async run(registry) {
      const { at, location } = registry
      const first = await at(location(await session(registry)), chunk(data.subarray(0, 1024), 0))
      assert.equal((await at(location(first), chunk(data.subarray(1500), 1500))).status, 416)
      const status = await at(location(first))
      assert.equal(status.status, 204)
      assert.equal(status.headers.range, '0-1023')
      const closed = await at(location(status, `digest=${sha(data)}`), { ...chunk(data.subarray(1024), 1024), method: 'PUT' })
      assert.equal(closed.status, 201)
    },
  },
  {
    name: 'chunks: a stream without Content-Range',
    async run(registry) {
      const { at, location } = registry
      const streamed = await at(location(await session(registry)), { method: 'PATCH', body: data, headers: { 'transfer-encoding': 'chunked', 'content-type': 'application/octet-stream' } })
      assert.equal(streamed.status, 202)
      assert.equal((await at(location(streamed, `digest=${sha(data)}`), { method: 'PUT', headers: { 'content-length': '0' } })).status, 201)
    },
  },
  {
    name: 'upload: cancelled is gone',
    async run(registry) {
      const { at, location } = registry
      const opened = await session(registry)
      assert.equal((await at(location(opened), { method: 'DELETE' })).status, 204)
      const answer = await at(location(opened))
      assert.equal(answer.status, 404)
      assert.equal(errorCode(answer), 'BLOB_UPLOAD_UNKNOWN')
    },
  },
  {
    name: 'mount: from another repository',
    async run({ at, url, repository, pushBlob }) {
      const digest = await pushBlob(data)
      const other = tried(url)
      const answer = await other.at(`/blobs/uploads/?mount=${digest}&from=${repository}`, { method: 'POST', headers: { 'content-length': '0' } })
      assert.equal(answer.status, 201)
      assert.deepEqual((await at(other.location(answer))).body, data)
    },
  },
  {
    name: 'mount: without from',
    async run({ url, pushBlob }) {
      const digest = await pushBlob(data)
      const answer = await tried(url).at(`/blobs/uploads/?mount=${digest}`, { method: 'POST', headers: { 'content-length': '0' } })
      assert.equal(answer.status, 201)
    },
  },
  {
    name: 'mount: of what is not there opens a session',
    async run({ at }) {
      const answer = await at(`/blobs/uploads/?mount=${sha(Buffer.from('absent'))}&from=nobody/here`, { method: 'POST', headers: { 'content-length': '0' } })
      assert.equal(answer.status, 202)
      assert.ok(answer.headers.location)
    },
  },
]
