import assert from 'node:assert/strict'
import { createHash, randomUUID } from 'node:crypto'
import { ask, errorCode, json, type Answer, type Ask } from './http.ts'

/** One thing the distribution spec asks for, tried at any registry that takes pushes and deletes. */
export interface Check {
  readonly name: string
  run(registry: Tried): Promise<void>
}

export interface Tried {
  /** Of the registry. */
  readonly url: string
  /** A repository nobody has used. */
  readonly repository: string
  at(path: string, how?: Ask): Promise<Answer>
  /** Follows an upload's `Location`, relative or absolute. */
  location(answer: Answer, query?: string): string
  pushBlob(bytes: Uint8Array): Promise<string>
  pushImage(tag: string): Promise<{ readonly digest: string; readonly bytes: Buffer; readonly config: string }>
}

export const sha = (bytes: Uint8Array, algorithm = 'sha256'): string => `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`
const manifestType = 'application/vnd.oci.image.manifest.v1+json'
const data = Buffer.from(Array.from({ length: 2048 }, (_, position) => (position * 7) % 251))

export function tried(url: string, repository: string = `check/${randomUUID()}`): Tried {
  const at: Tried['at'] = (path, how) => ask(path.startsWith('http') ? path : `${url}/v2/${repository}${path}`, how)
  const location: Tried['location'] = (answer, query = '') => {
    const target = new URL(answer.headers.location ?? '', url)
    for (const [name, value] of new URLSearchParams(query)) target.searchParams.set(name, value)
    return target.href
  }
  const pushBlob: Tried['pushBlob'] = async (bytes) => {
    const digest = sha(bytes)
    const session = await at('/blobs/uploads/', { method: 'POST', headers: { 'content-length': '0' } })
    assert.equal(session.status, 202)
    const closed = await at(location(session, `digest=${digest}`), { method: 'PUT', body: bytes, headers: { 'content-type': 'application/octet-stream', 'content-length': String(bytes.length) } })
    assert.equal(closed.status, 201)
    return digest
  }
  return {
    url,
    repository,
    at,
    location,
    pushBlob,
    async pushImage(tag) {
      const configBytes = Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [] }, tag }))
      const config = await pushBlob(configBytes)
      const bytes = manifestOf({ config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: config, size: configBytes.length }, layers: [] })
      const answer = await at(`/manifests/${tag}`, { method: 'PUT', body: bytes, headers: { 'content-type': manifestType } })
      assert.equal(answer.status, 201)
      return { digest: sha(bytes), bytes, config }
    },
  }
}

const manifestOf = (members: object): Buffer => Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: manifestType, ...members }))

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

async function session({ at }: Tried): Promise<Answer> {
  const answer = await at('/blobs/uploads/', { method: 'POST', headers: { 'content-length': '0' } })
  assert.equal(answer.status, 202)
  return answer
}

const chunk = (bytes: Uint8Array, start: number): Ask => ({
  method: 'PATCH',
  body: bytes,
  headers: { 'content-type': 'application/octet-stream', 'content-length': String(bytes.length), 'content-range': `${start}-${start + bytes.length - 1}` },
})

/** From specs.md 2 and conformance.md 2. */
export const checks: readonly Check[] = [
  {
    name: 'support: GET /v2/ is 200',
    async run({ url }) {
      assert.equal((await ask(`${url}/v2/`)).status, 200)
    },
  },
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
  range('middle', 'bytes=500-1499', 206, data.subarray(500, 1500), 'bytes 500-1499/2048'),
  range('open end', 'bytes=500-', 206, data.subarray(500), 'bytes 500-2047/2048'),
  range('suffix', 'bytes=-500', 206, data.subarray(1548), 'bytes 1548-2047/2048'),
  range('end past the blob is clamped', 'bytes=2000-5000', 206, data.subarray(2000), 'bytes 2000-2047/2048'),
  range('past the blob is 416', 'bytes=5000-10000', 416, data, ''),
  range('inverted is 416', 'bytes=500-0', 416, data, ''),
  {
    name: 'manifest: by tag and digest, bytes and type exact',
    async run({ at, pushImage }) {
      const { digest, bytes } = await pushImage('one')
      for (const target of ['one', digest]) {
        const answer = await at(`/manifests/${target}`, { headers: { accept: manifestType } })
        assert.deepEqual(answer.body, bytes)
        assert.equal(answer.headers['content-type'], manifestType)
        assert.equal(answer.headers['content-length'], String(bytes.length))
        assert.equal(answer.headers['docker-content-digest'], digest)
      }
    },
  },
  {
    name: 'manifest: HEAD',
    async run({ at, pushImage }) {
      const { digest, bytes } = await pushImage('one')
      const answer = await at('/manifests/one', { method: 'HEAD', headers: { accept: manifestType } })
      assert.equal(answer.headers['content-length'], String(bytes.length))
      assert.equal(answer.headers['docker-content-digest'], digest)
      assert.equal(answer.body.length, 0)
    },
  },
  {
    name: 'manifest: If-None-Match with the digest is 304',
    async run({ at, pushImage }) {
      const { digest } = await pushImage('one')
      assert.equal((await at('/manifests/one', { headers: { accept: manifestType, 'if-none-match': `"${digest}"` } })).status, 304)
    },
  },
  {
    name: 'manifest: unknown is 404 MANIFEST_UNKNOWN',
    async run({ at, pushImage }) {
      await pushImage('one')
      const answer = await at('/manifests/two')
      assert.equal(answer.status, 404)
      assert.equal(errorCode(answer), 'MANIFEST_UNKNOWN')
    },
  },
  {
    name: 'manifest: by sha512',
    async run({ at, pushImage }) {
      const { bytes } = await pushImage('one')
      const digest = sha(bytes, 'sha512')
      const pushed = await at(`/manifests/${digest}`, { method: 'PUT', body: bytes, headers: { 'content-type': manifestType } })
      assert.equal(pushed.status, 201)
      const answer = await at(`/manifests/${digest}`, { headers: { accept: manifestType } })
      assert.deepEqual(answer.body, bytes)
      assert.equal(answer.headers['docker-content-digest'], digest)
    },
  },
  {
    name: 'manifest: pushed under a digest that is not its own is 400 DIGEST_INVALID',
    async run({ at, pushImage }) {
      const { bytes } = await pushImage('one')
      const answer = await at(`/manifests/${sha(Buffer.from('other'))}`, { method: 'PUT', body: bytes, headers: { 'content-type': manifestType } })
      assert.equal(answer.status, 400)
      assert.equal(errorCode(answer), 'DIGEST_INVALID')
    },
  },
  {
    name: 'manifest: a malformed digest is 400',
    async run({ at, pushImage }) {
      const { bytes } = await pushImage('one')
      assert.equal((await at('/manifests/sha256:xyz', { method: 'PUT', body: bytes, headers: { 'content-type': manifestType } })).status, 400)
    },
  },
  {
    name: 'manifest: naming a blob that is not there is refused',
    async run({ at }) {
      const absent = { mediaType: 'application/vnd.oci.image.config.v1+json', digest: sha(Buffer.from('absent')), size: 6 }
      const answer = await at('/manifests/one', { method: 'PUT', body: manifestOf({ config: absent, layers: [] }), headers: { 'content-type': manifestType } })
      assert.ok(answer.status === 400 || answer.status === 404)
      assert.match(errorCode(answer) ?? '', /^(MANIFEST_)?BLOB_UNKNOWN$/)
    },
  },
  {
    name: 'manifest: a non-distributable layer need not be there',
    async run({ at, pushImage, pushBlob }) {
      await pushImage('one')
      const config = Buffer.from('{"architecture":"amd64","os":"linux"}')
      const manifest = manifestOf({
        config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: await pushBlob(config), size: config.length },
        layers: [{ mediaType: 'application/vnd.oci.image.layer.nondistributable.v1.tar', digest: sha(Buffer.from('elsewhere')), size: 9 }],
      })
      assert.equal((await at('/manifests/foreign', { method: 'PUT', body: manifest, headers: { 'content-type': manifestType } })).status, 201)
    },
  },
  {
    name: 'manifest: several tags with one push',
    async run({ at, pushImage }) {
      const { bytes, digest } = await pushImage('one')
      const answer = await at(`/manifests/${digest}?tag=two&tag=three`, { method: 'PUT', body: bytes, headers: { 'content-type': manifestType } })
      assert.equal(answer.status, 201)
      assert.match(String(answer.headers['oci-tag']), /two.*three/)
      assert.equal((await at('/manifests/three', { method: 'HEAD', headers: { accept: manifestType } })).headers['docker-content-digest'], digest)
    },
  },
  {
    name: 'manifest: near 4 MiB is accepted',
    async run({ at, pushBlob }) {
      const config = Buffer.from('{"architecture":"amd64","os":"linux"}')
      const bytes = manifestOf({
        config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: await pushBlob(config), size: config.length },
        layers: [],
        annotations: { large: 'x'.repeat(4_190_000) },
      })
      assert.equal((await at('/manifests/large', { method: 'PUT', body: bytes, headers: { 'content-type': manifestType } })).status, 201)
    },
  },
  {
    name: 'tags: sorted, paged with n and last, Link leads on',
    async run({ at, url, pushImage }) {
      for (const tag of ['b', 'a', 'd', 'c', 'e']) await pushImage(tag)
      const seen: unknown[] = []
      let next: string | undefined = '/tags/list?n=2'
      while (next !== undefined) {
        const answer: Answer = await at(next)
        const tags = json(answer)['tags'] as unknown[]
        assert.ok(tags.length <= 2, 'a page is no longer than n')
        seen.push(...tags)
        const link = /^<([^>]+)>; *rel="?next"?/.exec(String(answer.headers['link'] ?? ''))?.[1]
        next = link === undefined ? undefined : new URL(link, url).href
      }
      assert.deepEqual(seen, ['a', 'b', 'c', 'd', 'e'])
      assert.deepEqual(json(await at('/tags/list?last=c'))['tags'], ['d', 'e'])
    },
  },
  {
    name: 'tags: n=0 is an empty list without Link',
    async run({ at, pushImage }) {
      await pushImage('one')
      const answer = await at('/tags/list?n=0')
      assert.deepEqual(json(answer)['tags'], [])
      assert.equal(answer.headers['link'], undefined)
    },
  },
  {
    name: 'referrers: listed, filtered, announced with OCI-Subject',
    async run({ at, pushImage, pushBlob }) {
      const subject = await pushImage('one')
      const empty = Buffer.from('{}')
      const emptyDescriptor = { mediaType: 'application/vnd.oci.empty.v1+json', digest: await pushBlob(empty), size: 2 }
      const bytes = manifestOf({
        artifactType: 'application/vnd.test.sbom',
        config: emptyDescriptor,
        layers: [emptyDescriptor],
        subject: { mediaType: manifestType, digest: subject.digest, size: subject.bytes.length },
        annotations: { made: 'here' },
      })
      const pushed = await at(`/manifests/${sha(bytes)}`, { method: 'PUT', body: bytes, headers: { 'content-type': manifestType } })
      assert.equal(pushed.headers['oci-subject'], subject.digest)
      const all = await at(`/referrers/${subject.digest}`)
      assert.equal(all.headers['content-type'], 'application/vnd.oci.image.index.v1+json')
      const expected = { mediaType: manifestType, digest: sha(bytes), size: bytes.length, artifactType: 'application/vnd.test.sbom', annotations: { made: 'here' } }
      assert.deepEqual(json(all)['manifests'], [expected])
      const filtered = await at(`/referrers/${subject.digest}?artifactType=other/type`)
      assert.deepEqual(json(filtered)['manifests'], [])
      assert.equal(filtered.headers['oci-filters-applied'], 'artifactType')
    },
  },
  {
    name: 'referrers: none is an empty index, a malformed digest 400',
    async run({ at, pushImage }) {
      await pushImage('one')
      const answer = await at(`/referrers/${sha(Buffer.from('nobody'))}`)
      assert.equal(answer.status, 200)
      assert.deepEqual(json(answer)['manifests'], [])
      assert.equal((await at('/referrers/sha256:xyz')).status, 400)
    },
  },
  {
    name: 'delete: a tag leaves the manifest',
    async run({ at, pushImage }) {
      const { digest } = await pushImage('one')
      assert.equal((await at('/manifests/one', { method: 'DELETE' })).status, 202)
      assert.equal((await at('/manifests/one')).status, 404)
      assert.equal((await at(`/manifests/${digest}`, { headers: { accept: manifestType } })).status, 200)
    },
  },
  {
    name: 'delete: a manifest takes its tags along, a blob is gone at once',
    async run({ at, pushImage }) {
      const { digest, config } = await pushImage('one')
      assert.equal((await at(`/manifests/${digest}`, { method: 'DELETE' })).status, 202)
      assert.equal((await at(`/manifests/${digest}`)).status, 404)
      assert.equal((await at('/manifests/one')).status, 404)
      assert.equal((await at(`/blobs/${config}`, { method: 'DELETE' })).status, 202)
      assert.equal((await at(`/blobs/${config}`)).status, 404)
    },
  },
  {
    name: 'names: an invalid one is refused with a client error',
    async run({ url }) {
      const { status } = await ask(`${url}/v2/UPPER/case/manifests/one`)
      assert.ok(status === 400 || status === 404)
    },
  },
]
