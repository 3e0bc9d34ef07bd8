import assert from 'node:assert/strict'
import { checksOf, Unsupported, type Check } from './check.ts'
import { blobData } from './documents.ts'
import { sameBytes, status } from './expectations.ts'

const pull = checksOf('pull', '1.1')

const part = (name: string, header: string, start: number, end: number): Check =>
  pull(`range: ${name}`, async ({ at, pushBlob }) => {
    const answer = await at(`/blobs/${await pushBlob(blobData)}`, { headers: { range: header } })
    if (answer.status === 200) throw new Unsupported('ranges are ignored')
    status(answer, 206)
    sameBytes(answer, blobData.subarray(start, end))
    assert.equal(answer.headers['content-length'], String(end - start))
    assert.match(answer.headers['content-range'] ?? '', new RegExp(`^bytes ${start}-${end - 1}/(?:2048|\\*)$`))
  })

const unsatisfiable = (name: string, header: string): Check =>
  pull(`range: ${name}`, async ({ at, pushBlob }) => {
    const answer = await at(`/blobs/${await pushBlob(blobData)}`, { headers: { range: header } })
    if (answer.status === 200) throw new Unsupported('ranges are ignored')
    status(answer, 416)
    assert.ok(answer.whole, 'the answer is readable to its end')
  })

export const rangeChecks: readonly Check[] = [
  part('middle', 'bytes=500-1499', 500, 1500),
  part('open end', 'bytes=500-', 500, 2048),
  part('suffix', 'bytes=-500', 1548, 2048),
  part('end past the blob is clamped', 'bytes=2000-5000', 2000, 2048),
  unsatisfiable('past the blob is 416', 'bytes=5000-10000'),
  unsatisfiable('inverted is 416', 'bytes=500-0'),
  pull(
    'range: If-Range with the right validator is the range, with another everything',
    async ({ at, pushBlob }) => {
      const path = `/blobs/${await pushBlob(blobData)}`
      const etag = (await at(path, { method: 'HEAD' })).headers['etag']
      if (etag === undefined) throw new Unsupported('there is no ETag')
      const right = await at(path, { headers: { range: 'bytes=500-', 'if-range': etag } })
      if (right.status === 200) throw new Unsupported('ranges are ignored')
      status(right, 206)
      sameBytes(right, blobData.subarray(500))
      const other = await at(path, { headers: { range: 'bytes=500-', 'if-range': '"other"' } })
      status(other, 200)
      sameBytes(other, blobData)
    },
    { group: 'http' },
  ),
  pull(
    'blob: If-None-Match with its validator is 304, with another 200',
    async ({ at, pushBlob }) => {
      const path = `/blobs/${await pushBlob(blobData)}`
      const etag = (await at(path, { method: 'HEAD' })).headers['etag']
      if (etag === undefined) throw new Unsupported('there is no ETag')
      status(await at(path, { headers: { 'if-none-match': etag } }), 304)
      status(await at(path, { headers: { 'if-none-match': '"other"' } }), 200)
    },
    { group: 'http' },
  ),
]
