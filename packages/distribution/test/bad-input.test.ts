import { gzipSync } from 'node:zlib'
import { image, tar, type Fault, type ImageBuilder } from '@lading/test-registry'
import { describe, expect, it } from 'vitest'
import { failure, scene } from './scene.ts'

const good = image('t/app:1').layer({ a: 'a' }).layer({ b: 'b' })
const zeros = (length: number): Uint8Array => new Uint8Array(length)
const bomb = gzipSync(zeros(2 * 1024 * 1024))
const archive = tar({ a: 'a'.repeat(5000) })
const gzip = gzipSync(archive)
const corrupt = (): Uint8Array => {
  const bytes = Uint8Array.from(gzip)
  const middle = Math.floor(bytes.length / 2)
  bytes[middle] = (bytes[middle] ?? 0) ^ 0xff
  return bytes
}

interface Case {
  readonly what: string
  readonly image?: ImageBuilder
  readonly faults?: (built: ReturnType<ImageBuilder['build']>) => readonly Fault[]
  readonly reference?: string
  readonly code: string | readonly string[]
  readonly says?: string
}

const cases: readonly Case[] = [
  {
    what: 'an unknown tag',
    reference: 't/app:nope',
    code: 'MANIFEST_UNKNOWN',
    says: 'manifest for {host}/t/app:nope not found',
  },
  {
    what: 'an unknown repository',
    reference: 't/none:1',
    code: 'NAME_UNKNOWN',
    says: 'repository {host}/t/none not found',
  },
  {
    what: 'a repository that is denied',
    faults: () => [
      { on: 'manifest', then: { status: 403, body: { errors: [{ code: 'DENIED', message: 'not for you' }] } } },
    ],
    code: 'DENIED',
    says: 'pull access denied for {host}/t/app',
  },
  {
    what: 'an HTML page where JSON should be',
    faults: () => [{ on: 'manifest', then: 'html' }],
    code: 'BAD_RESPONSE',
    says: '{host}',
  },
  {
    what: 'a manifest that is cut',
    faults: () => [{ on: 'manifest', then: { content: '{"schemaVersion":2,' } }],
    code: ['JSON_INVALID', 'DIGEST_MISMATCH', 'MANIFEST_INVALID', 'SYNTAX'],
  },
  {
    what: 'a manifest with a lying digest header',
    faults: () => [{ on: 'manifest', then: 'wrong-digest-header' }],
    code: 'DIGEST_MISMATCH',
  },
  {
    what: 'a layer of other bytes',
    faults: ({ layers }) => [{ on: 'blob', digest: layers[0]?.digest, then: 'flip' }],
    code: 'DIGEST_MISMATCH',
  },
  {
    what: 'a config of other bytes',
    faults: ({ config }) => [{ on: 'blob', digest: config.digest, then: 'flip' }],
    code: 'DIGEST_MISMATCH',
  },
  {
    what: 'a layer that is longer than its descriptor says',
    faults: ({ layers }) => [{ on: 'blob', digest: layers[1]?.digest, then: { extraBytes: 10 } }],
    code: ['SIZE_MISMATCH', 'TOO_LARGE'],
  },
  {
    what: 'a layer that is shorter than its descriptor says',
    image: image('t/app:1').layer({ a: 'a' }, { claimedSize: 9999 }),
    code: ['SHORT_BODY', 'SIZE_MISMATCH', 'CONNECTION_LOST'],
  },
  {
    what: 'a layer with a content coding',
    faults: ({ layers }) => [{ on: 'blob', digest: layers[0]?.digest, then: 'gzip' }],
    code: 'CONTENT_CODING',
  },
  {
    what: 'a diffID that the layer does not have',
    image: image('t/app:1').layer({ a: 'a' }, { claimedDiffId: `sha256:${'0'.repeat(64)}` }),
    code: 'DIFF_ID_MISMATCH',
    says: "layers from manifest don't match image configuration",
  },
  { what: 'more diffIDs than layers', image: good.diffIds([`sha256:${'0'.repeat(64)}`]), code: 'DIFF_ID_MISMATCH' },
  {
    what: 'a config without rootfs',
    image: good.configMembers({ rootfs: undefined }),
    code: ['CONFIG_INVALID', 'CONFIG_ROOTFS_INVALID', 'CONFIG_NO_ROOTFS', 'CONFIG_ROOTFS'],
  },
  {
    what: 'a corrupt gzip stream with the right digest',
    image: image('t/app:1').rawLayer(corrupt(), { tar: archive }),
    code: 'LAYER_CORRUPT',
  },
  {
    what: 'a gzip stream that ends too early',
    image: image('t/app:1').rawLayer(gzip.subarray(0, -20), { tar: archive }),
    code: 'LAYER_CORRUPT',
  },
  {
    what: 'rubbish after a gzip stream',
    image: image('t/app:1').rawLayer(Buffer.concat([gzip, Buffer.from('rubbish')]), { tar: archive }),
    code: 'LAYER_CORRUPT',
  },
  {
    what: 'a gzip bomb',
    image: image('t/app:1').rawLayer(bomb, { tar: zeros(2 * 1024 * 1024) }),
    code: 'LAYER_TOO_LARGE',
    says: '1048576 bytes are allowed for any input, or 100 for each input byte',
  },
  {
    what: 'a document that is both manifest and index',
    image: good.manifestMembers({ manifests: [] }),
    code: ['MANIFEST_AMBIGUOUS', 'MANIFEST_INVALID'],
  },
  {
    what: 'a layer that is only elsewhere',
    image: image('t/app:1').layer({ a: 'a' }, { urls: ['https://cdn.example/layer'] }),
    code: 'FOREIGN_LAYER_REFUSED',
  },
]

describe('bad input', () => {
  it.each(cases)('$what', async ({ image: given, faults, reference, code, says }) => {
    const { registry, pull, names, puller } = await scene({ store: { inflationFloor: 1024 * 1024 } })
    await registry.seed(image('t/earlier:1').layer({ earlier: 'yes' }))
    await pull('t/earlier:1')
    const before = await names()
    const built = await registry.seed(given ?? good)
    for (const fault of faults?.(built) ?? []) registry.addFault(fault)

    const error = await failure(pull(reference ?? 't/app:1'))
    expect([code].flat(), `${error.name}: ${error.message}`).toContain(error.code)
    expect(error.message).toContain(`${registry.host}/t/`)
    expect(error.message).not.toContain('\n')
    expect(error.hint ?? '').not.toBe('')
    expect(error.message).toContain((says ?? '').replace('{host}', registry.host))
    expect(await names()).toEqual(before)

    // What was here is served as before, from the store alone.
    registry.clearFaults()
    expect((await puller.pull(`${registry.host}/t/earlier:1`, { platform: 'linux/amd64' })).status).toBe('up-to-date')
  })

  it('a bad reference says what is wrong with it, before anything is asked', async () => {
    const { registry, puller } = await scene()
    for (const bad of ['alpine/UPPER', 'a b', 'https://docker.io/alpine', `alpine@sha256:${'A'.repeat(64)}`, '']) {
      const error = await failure(puller.pull(bad))
      expect(error.code).toMatch(/REFERENCE|TAG|DIGEST|DOMAIN/)
    }
    expect((await failure(puller.pull('scratch'))).message).toBe("'scratch' is a reserved name")
    expect(registry.journal.requests()).toEqual([])
  })

  it('a schema 1 manifest is told apart', async () => {
    const { registry, pull } = await scene()
    await registry.seed(good)
    registry.addFault({
      on: 'manifest',
      then: {
        status: 200,
        body: '{"schemaVersion":1,"name":"t/app","tag":"1","fsLayers":[],"history":[],"signatures":[]}',
        headers: { 'content-type': 'application/vnd.docker.distribution.manifest.v1+prettyjws' },
      },
    })
    const error = await failure(pull('t/app:1'))
    expect(error.code).toBe('MANIFEST_SCHEMA1')
    expect(error.hint).toBeDefined()
  })
})

describe('a foreign layer', () => {
  it('is taken from the registry when that has it', async () => {
    const { registry, pull } = await scene()
    await registry.seed(image('t/app:1').layer({ a: 'a' }, { urls: ['https://cdn.example/layer'], stored: true }))
    expect((await pull('t/app:1')).status).toBe('downloaded')
  })

  it('is fetched from its urls when the user allows it, without credentials', async () => {
    const elsewhere = await scene()
    const held = await elsewhere.registry.seed(image('files:1').layer({ a: 'a' }))
    const layer = held.layers[0]
    const { registry, pull } = await scene({
      registry: { auth: { kind: 'basic', username: 'u', password: 'p' } },
      puller: { credentials: async () => ({ kind: 'basic', username: 'u', password: 'p' }) },
    })
    const url = `${elsewhere.registry.url}/v2/files/blobs/${layer?.digest}`
    await registry.seed(
      image('t/app:1').layer({ a: 'a' }, { urls: [`${elsewhere.registry.url}/v2/files/blobs/none`, url] }),
    )
    elsewhere.registry.journal.clear()
    expect((await pull('t/app:1', { allowForeignUrls: true })).layers[0]?.digest).toBe(layer?.digest)
    expect(elsewhere.registry.journal.requests().map(({ authorization }) => authorization)).toEqual([
      undefined,
      undefined,
    ])
  })
})
