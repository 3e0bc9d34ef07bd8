import assert from 'node:assert/strict'
import { ask, json, type Answer } from '../http.ts'
import { manifestOf, manifestType, sha, type Check } from './tried.ts'

export const listChecks: readonly Check[] = [
  {
    name: 'support: GET /v2/ is 200',
    async run({ url }) {
      assert.equal((await ask(`${url}/v2/`)).status, 200)
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
    name: 'catalog: sorted, and paged like tags',
    async run({ url, repository, pushImage }) {
      await pushImage('one')
      const before = repository.slice(0, -1)
      const answer = await ask(`${url}/v2/_catalog?n=1&last=${before}`)
      assert.deepEqual(json(answer)['repositories'], [repository])
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
