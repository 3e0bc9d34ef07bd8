import assert from 'node:assert/strict'
import { errorCode } from '../http.ts'
import { manifestOf, manifestType, sha, type Check } from './tried.ts'

export const manifestChecks: readonly Check[] = [
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
]
