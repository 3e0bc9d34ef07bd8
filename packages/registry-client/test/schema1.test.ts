import { DOCKER_SCHEMA1, DOCKER_SCHEMA1_SIGNED, schemas } from '@lading/manifest'
import { withSchema1, type Schema1Documents } from '@lading/manifest/schema1'
import { startTestRegistry, type TestRegistry } from '@lading/test-registry'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newSigner, schema1Document, signed } from '../../../test/support/schema1.ts'
import type { Repository } from '../src/index.ts'
import { clientOf, failureOf } from './support/client.ts'

const { bytes, payload, digest } = signed(
  schema1Document([{ blob: `sha256:${'a'.repeat(64)}` }], { name: 't/app', tag: '1' }),
  newSigner('ES256'),
)

describe('a schema 1 manifest', () => {
  let registry: TestRegistry
  beforeAll(async () => {
    registry = await startTestRegistry()
    registry.repository('t/app').putManifest(bytes, { digest, mediaType: DOCKER_SCHEMA1_SIGNED, tag: '1' })
    registry.repository('t/plain').putManifest(payload, { mediaType: DOCKER_SCHEMA1, tag: '1' })
  })
  afterAll(() => registry.close())
  const allowed = (name = 't/app'): Repository<Schema1Documents[keyof Schema1Documents] | { readonly kind: string }> =>
    clientOf().repository(`${registry.host}/${name}`, { schemas: withSchema1(schemas) })

  it.each(['1', digest])('is verified against the digest of its payload when it is asked for as %s', async (target) => {
    const found = await allowed().manifests.get(target)
    expect(found.descriptor).toEqual({ mediaType: DOCKER_SCHEMA1_SIGNED, digest, size: payload.length })
    expect(Buffer.from(found.bytes)).toEqual(bytes)
    expect(found.manifest).toMatchObject({ kind: 'schema1', name: 't/app' })
  })

  it('that is not signed is verified whole', async () => {
    expect((await allowed('t/plain').manifests.get('1')).descriptor).toEqual({
      mediaType: DOCKER_SCHEMA1,
      digest,
      size: payload.length,
    })
  })

  it('is asked for only where it is allowed, and last', async () => {
    registry.journal.clear()
    await allowed().manifests.head('1')
    await clientOf().repository(`${registry.host}/t/app`).manifests.head('1')
    const accepted = registry.journal.requests({ kind: 'manifest' }).map(({ headers }) => headers['accept'])
    expect(accepted).toEqual([
      [...schemas.mediaTypes, DOCKER_SCHEMA1_SIGNED, DOCKER_SCHEMA1].join(', '),
      schemas.mediaTypes.join(', '),
    ])
  })

  it.each(['1', digest])(
    'is refused as what it is where it is not allowed, whatever IDs it brings along (CVE-2014-9356, CVE-2014-9357, CVE-2014-9358), asked for as %s',
    async (target) => {
      expect(await failureOf(clientOf().repository(`${registry.host}/t/app`).manifests.get(target))).toMatchObject({
        code: 'MANIFEST_SCHEMA1',
      })
    },
  )

  it.each([
    ['with another payload', Buffer.from(bytes.toString().replace('"t/app"', '"t/evil"'))],
    ['without its signatures', payload.subarray(0, -1)],
  ])('%s is refused (CVE-2014-8178, CVE-2014-8179)', async (_what, changed) => {
    registry.repository('t/bad').putManifest(changed, { digest, mediaType: DOCKER_SCHEMA1_SIGNED, tag: '1' })
    const bad = clientOf().repository(`${registry.host}/t/bad`, { schemas: withSchema1(schemas) })
    for (const target of ['1', digest])
      expect((await failureOf(bad.manifests.get(target)))['code']).toMatch(
        /DIGEST_MISMATCH|SCHEMA1_ENVELOPE_INVALID|JSON_INVALID/,
      )
  })

  it('passes as no other kind of content of its digest', async () => {
    registry
      .repository('t/odd')
      .putManifest(bytes, { digest, mediaType: 'application/vnd.oci.image.manifest.v1+json', tag: '1' })
    expect(
      await failureOf(
        clientOf()
          .repository(`${registry.host}/t/odd`, { schemas: withSchema1(schemas) })
          .manifests.get(digest),
      ),
    ).toMatchObject({ code: 'DIGEST_MISMATCH' })
  })
})
