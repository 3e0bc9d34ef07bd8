import assert from 'node:assert/strict'
import { checksOf, type Check } from './check.ts'
import {
  configType,
  digestOf,
  indexOf,
  layerType,
  manifestOf,
  manifestType,
  named,
  textBytes,
  type Named,
} from './documents.ts'
import { failed, sameBytes, status } from './expectations.ts'
import type { Target } from './target.ts'

const pull = checksOf('pull')
const push = checksOf('push')

/** A config that is there. */
export async function aConfig(target: Target, text = 'config'): Promise<Named> {
  const bytes = textBytes(JSON.stringify({ architecture: 'amd64', os: 'linux', author: text }))
  await target.pushBlob(bytes)
  return named(configType, bytes)
}

export const manifestChecks: readonly Check[] = [
  pull('manifest: by tag and by digest, bytes, type and length exact', async (target) => {
    const { digest, bytes } = await target.pushImage('one')
    for (const name of ['one', digest]) {
      const answer = await target.manifest(name)
      status(answer, 200)
      sameBytes(answer, bytes)
      assert.equal(answer.headers['content-type'], manifestType)
      assert.equal(answer.headers['content-length'], String(bytes.length))
    }
  }),
  push('manifest: what Location leads to after a push', async (target) => {
    const bytes = manifestOf({ config: await aConfig(target), layers: [] })
    for (const name of ['one', digestOf(bytes)]) {
      const answer = await target.pushManifest(bytes, { target: name })
      status(answer, 201)
      sameBytes(await target.manifest('one', {}), bytes)
      sameBytes(await target.at(target.location(answer), { headers: { accept: manifestType } }), bytes)
      if (answer.headers['docker-content-digest'] !== undefined)
        assert.equal(answer.headers['docker-content-digest'], digestOf(bytes))
    }
  }),
  pull('manifest: HEAD has no body, and the length if any', async (target) => {
    const { bytes } = await target.pushImage('one')
    const answer = await target.manifest('one', { method: 'HEAD' })
    status(answer, 200)
    assert.equal(answer.headers['content-length'] ?? String(bytes.length), String(bytes.length))
    assert.equal(answer.body.length, 0)
  }),
  pull(
    'manifest: GET and HEAD have the digest header, and HEAD the length',
    async (target) => {
      const { digest, bytes } = await target.pushImage('one')
      for (const method of ['GET', 'HEAD']) {
        for (const name of ['one', digest]) {
          const { headers } = await target.manifest(name, { method })
          assert.equal(headers['docker-content-digest'], digest)
          assert.equal(headers['content-length'], String(bytes.length))
        }
      }
    },
    { since: 'dev' },
  ),
  pull('manifest: unknown is 404 MANIFEST_UNKNOWN, HEAD without a body', async (target) => {
    await target.pushImage('one')
    for (const name of ['two', digestOf(textBytes('nobody has this'))]) {
      failed(await target.manifest(name), [404], 'MANIFEST_UNKNOWN')
      const head = await target.manifest(name, { method: 'HEAD' })
      status(head, 404)
      assert.equal(head.body.length, 0)
    }
  }),
  pull('manifest: of a repository that is not there is 404', async (target) =>
    failed(await target.manifest('one'), [404], 'NAME_UNKNOWN', 'MANIFEST_UNKNOWN'),
  ),
  pull('manifest: GET of a malformed digest is 400 or 404', async (target) => {
    await target.pushImage('one')
    status(await target.manifest('sha256:xyz'), 400, 404)
  }),
  pull('manifest: a tag that moves leads to the new one, and the old one stays', async (target) => {
    const old = await target.pushImage('one', 'old')
    const now = await target.pushImage('one', 'new')
    sameBytes(await target.manifest('one'), now.bytes)
    sameBytes(await target.manifest(old.digest), old.bytes)
  }),
  pull(
    'manifest: If-None-Match with the digest is 304',
    async (target) => {
      const { digest } = await target.pushImage('one')
      status(await target.manifest('one', { headers: { 'if-none-match': `"${digest}"` } }), 304)
    },
    { group: 'http' },
  ),
  push(
    'manifest: by sha512',
    async (target) => {
      const { bytes } = await target.pushImage('one')
      const digest = digestOf(bytes, 'sha512')
      status(await target.pushManifest(bytes, { target: digest }), 201)
      const answer = await target.manifest(digest)
      sameBytes(answer, bytes)
      assert.equal(answer.headers['docker-content-digest'] ?? digest, digest)
    },
    { since: '1.1' },
  ),
  push(
    'manifest: an image all of sha512',
    async (target) => {
      const [config, layer] = [textBytes('{"os":"linux","architecture":"amd64"}'), textBytes('a layer')]
      for (const bytes of [config, layer]) await target.pushBlob(bytes, digestOf(bytes, 'sha512'))
      const bytes = manifestOf({
        config: named(configType, config, 'sha512'),
        layers: [named(layerType, layer, 'sha512')],
      })
      status(await target.pushManifest(bytes, { target: digestOf(bytes, 'sha512') }), 201)
      sameBytes(await target.manifest(digestOf(bytes, 'sha512')), bytes)
    },
    { since: '1.1' },
  ),
  push('manifest: under a digest that is not its own is 400 DIGEST_INVALID', async (target) => {
    const { bytes } = await target.pushImage('one')
    failed(await target.pushManifest(bytes, { target: digestOf(textBytes('other')) }), [400], 'DIGEST_INVALID')
    status(await target.manifest(digestOf(textBytes('other'))), 404)
  }),
  push('manifest: PUT to a malformed digest is 400', async (target) => {
    const { bytes } = await target.pushImage('one')
    status(await target.pushManifest(bytes, { target: 'sha256:xyz' }), 400)
  }),
  push('manifest: what is no JSON is 400 MANIFEST_INVALID', async (target) => {
    await target.pushImage('one')
    for (const text of ['', '{', '[]'])
      failed(await target.pushManifest(textBytes(text), { target: 'two' }), [400], 'MANIFEST_INVALID')
  }),
  push('manifest: naming a blob or a manifest that is not there is refused, or kept', async (target) => {
    await target.pushImage('one')
    const absent = named(configType, textBytes('absent'))
    for (const bytes of [
      manifestOf({ config: absent, layers: [] }),
      indexOf([named(manifestType, textBytes('absent too'))]),
    ]) {
      const answer = await target.pushManifest(bytes, {
        target: 'two',
        type: (JSON.parse(new TextDecoder().decode(bytes)) as { mediaType: string }).mediaType,
      })
      // The spec lets a registry check, and lets it not.
      if (answer.status !== 201) failed(answer, [400, 404], 'MANIFEST_BLOB_UNKNOWN', 'BLOB_UNKNOWN', 'MANIFEST_UNKNOWN')
    }
  }),
  push(
    'manifest: several tags with one push',
    async (target) => {
      const { bytes, digest } = await target.pushImage('one')
      const tags = Array.from({ length: 10 }, (_, number) => `tag-${number}`)
      const answer = await target.at(`/manifests/${digest}?${tags.map((tag) => `tag=${tag}`).join('&')}`, {
        method: 'PUT',
        body: bytes,
        headers: { 'content-type': manifestType },
      })
      status(answer, 201)
      assert.deepEqual((answer.headers['oci-tag'] ?? '').split(/ *, */).toSorted(), tags)
      for (const tag of tags) sameBytes(await target.manifest(tag), bytes)
    },
    { since: 'dev' },
  ),
]
