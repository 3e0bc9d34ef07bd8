import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { decodeSchema1, verifySchema1 } from '@lading/manifest/schema1'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startDockerRegistry } from '../../../test/support/docker-registry.ts'
import { needs } from '../../../test/support/needs.ts'
import { schema1, startTestRegistry, type BuiltSchema1, type TestRegistry } from '../src/index.ts'
import { ask, errorCode } from './support/http.ts'
import { pushBlob } from './support/push.ts'

const run = promisify(execFile)
const signedType = 'application/vnd.docker.distribution.manifest.v1+prettyjws'
const unsignedType = 'application/vnd.docker.distribution.manifest.v1+json'
const old = schema1('t/old:1')
  .layer({ 'etc/motd': 'hello' }, { compression: 'none' })
  .throwaway({ comment: 'no files' })
  .layer({ 'etc/name': 'old' }, { compression: 'none' })
  .config({ Cmd: ['sh'] })
const sha = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

describe('a schema 1 image', () => {
  test('is the same bytes whenever and wherever it is built', () => {
    expect(old.build()).toEqual(old.build())
    // Literals: a change of the writer or of the key would change everyone's digests.
    expect(old.build().digest).toBe('sha256:ed0ad5d3de97ca2c2a569a290b1b7ffc5f8ee1561efc32dd13f0a4c3d1f93106')
    expect(sha(old.build().bytes)).toBe('sha256:6b5970141748486e07768a8eaa703ea10e870b60c166d1db8f7826bae285c1a2')
  })

  test('is signed, and its digest is that of what was signed', async () => {
    const built = old.build()
    const read = decodeSchema1(built.bytes, built.mediaType)
    expect(await verifySchema1(read)).toEqual([
      { algorithm: 'RS256', keyId: expect.stringMatching(/^([A-Z2-7]{4}:){11}[A-Z2-7]{4}$/) as string },
    ])
    expect([built.mediaType, built.digest, read.payload]).toEqual([signedType, sha(read.payload), built.payload])
  })

  test('has its layers and their JSON the other way round, each naming its parent', () => {
    const { document, layers } = old.build()
    expect(document).toMatchObject({
      schemaVersion: 1,
      name: 't/old',
      tag: '1',
      architecture: 'amd64',
      fsLayers: layers.toReversed().map(({ digest }) => ({ blobSum: digest })),
    })
    const history = (document['history'] as { v1Compatibility: string }[]).map(
      ({ v1Compatibility }) => JSON.parse(v1Compatibility) as Record<string, unknown>,
    )
    expect(history).toMatchObject([
      { os: 'linux', architecture: 'amd64', config: { Cmd: ['sh'] }, parent: history[1]!['id'] },
      { throwaway: true, comment: 'no files', parent: history[2]!['id'] },
      { id: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
    ])
    expect(history[2]).not.toHaveProperty('parent')
    // The blob that Docker named for every step without files.
    expect(layers[1]!.digest).toBe('sha256:a3ed95caeb02ffe68cdd9fd84406680ae93d633cb16422d00e8a7c22955b46d4')
  })

  test('without a signature is the document itself', () => {
    const built = old.unsigned().build()
    expect([built.mediaType, built.digest, built.bytes]).toEqual([unsignedType, old.build().digest, built.payload])
  })

  test('lies on purpose: members, members beside what was signed, a broken signature', async () => {
    expect(old.members({ fsLayers: undefined, extra: 1 }).build().document).toMatchObject({ extra: 1 })
    const beside = old.membersBesideSigned({ extra: 1 }).build()
    expect([beside.digest, beside.document]).toEqual([old.build().digest, expect.objectContaining({ extra: 1 })])
    expect(() => decodeSchema1(beside.bytes, beside.mediaType)).toThrow(
      expect.objectContaining({ code: 'SCHEMA1_ENVELOPE_INVALID' }),
    )
    const broken = old.brokenSignature().build()
    await expect(verifySchema1(decodeSchema1(broken.bytes, broken.mediaType))).rejects.toMatchObject({
      code: 'SCHEMA1_SIGNATURE_INVALID',
    })
  })
})

describe('a registry', () => {
  let registry: TestRegistry
  afterEach(() => registry.close())

  const get = (target: string, headers: Record<string, string> = {}): ReturnType<typeof ask> =>
    ask(`${registry.url}/v2/t/old/manifests/${target}`, { headers })
  const put = (
    target: string,
    { bytes, mediaType }: Pick<BuiltSchema1, 'bytes' | 'mediaType'>,
  ): ReturnType<typeof ask> =>
    ask(`${registry.url}/v2/t/old/manifests/${target}`, {
      method: 'PUT',
      headers: { 'content-type': mediaType },
      body: bytes,
    })

  test.each([
    ['signed', old],
    ['unsigned', old.unsigned()],
  ])('serves it by tag and by the digest of its payload: %s', async (_, given) => {
    registry = await startTestRegistry()
    const built = await registry.seed(given)
    for (const target of ['1', built.digest]) {
      const answer = await get(target)
      expect([
        answer.status,
        answer.headers['content-type'],
        answer.headers['docker-content-digest'],
        answer.headers.etag,
      ]).toEqual([200, built.mediaType, built.digest, `"${built.digest}"`])
      expect(answer.body).toEqual(Buffer.from(built.bytes))
    }
    expect((await get('1', { 'if-none-match': `"${built.digest}"` })).status).toBe(304)
    for (const { digest, bytes } of built.layers)
      expect((await ask(`${registry.url}/v2/t/old/blobs/${digest}`)).body).toEqual(Buffer.from(bytes))
  })

  test('keeps it in a directory', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'schema1-'))
    try {
      registry = await startTestRegistry({ storage: { directory }, images: [old] })
      await registry.close()
      registry = await startTestRegistry({ storage: { directory } })
      const answer = await get('1')
      expect([answer.headers['content-type'], answer.headers['docker-content-digest'], answer.body]).toEqual([
        signedType,
        old.build().digest,
        Buffer.from(old.build().bytes),
      ])
    } finally {
      await rm(directory, { recursive: true })
    }
  })

  test('takes it, and looks at its signature and at its layers', async () => {
    registry = await startTestRegistry()
    const built = old.build()
    expect(errorCode(await put('1', built))).toBe('MANIFEST_BLOB_UNKNOWN')
    for (const { bytes } of built.layers) registry.repository('t/old').putBlob(bytes)
    const taken = await put('1', built)
    expect([taken.status, taken.headers.location, taken.headers['docker-content-digest']]).toEqual([
      201,
      `/v2/t/old/manifests/${built.digest}`,
      built.digest,
    ])
    expect((await put(built.digest, built)).status).toBe(201)
    expect((await put('unsigned', old.unsigned().build())).status).toBe(201)
    expect(registry.repository('t/old').tags()).toEqual({ 1: built.digest, unsigned: built.digest })
    expect(errorCode(await put('2', old.brokenSignature().build()))).toBe('MANIFEST_UNVERIFIED')
    expect(errorCode(await put('2', old.membersBesideSigned({ extra: 1 }).build()))).toBe('MANIFEST_INVALID')
    expect(errorCode(await put(sha(built.bytes), built))).toBe('DIGEST_INVALID')
  })
})

describe('others take it', () => {
  let directory: string
  let registry: TestRegistry
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'schema1-others-'))
    registry = await startTestRegistry({ images: [files] })
  })
  afterEach(async () => {
    await registry.close()
    await rm(directory, { recursive: true })
  })

  // What a tar reader takes: a directory before its files.
  const files = schema1('t/old:1')
    .layer({ 'etc/': '', 'etc/motd': 'hello\n' })
    .throwaway()
    .layer({ 'etc/': '', 'etc/name': 'old\n' })

  test('docker-registry, which verifies the signature', needs('docker-registry'), async () => {
    const docker = await startDockerRegistry(directory, { extra: 'compatibility: {schema1: {enabled: true}}' })
    try {
      const built = files.build()
      for (const { bytes } of built.layers) await pushBlob(docker, 't/old', bytes)
      const put = (target: string, { bytes, mediaType }: BuiltSchema1): ReturnType<typeof ask> =>
        ask(`${docker.url}/v2/t/old/manifests/${target}`, {
          method: 'PUT',
          headers: { 'content-type': mediaType },
          body: bytes,
        })
      const taken = await put('1', built)
      expect([taken.status, taken.headers['docker-content-digest']]).toEqual([201, built.digest])
      expect((await put('1', files.brokenSignature().build())).status).toBeGreaterThanOrEqual(400)
    } finally {
      await docker.close()
    }
  })

  test('skopeo and umoci', needs('skopeo', 'umoci'), async () => {
    const oci = `oci:${directory}/out:x`
    await run('skopeo', [
      '--insecure-policy',
      'copy',
      '--src-tls-verify=false',
      `docker://${registry.host}/t/old:1`,
      oci,
    ])
    await run('umoci', ['unpack', '--rootless', '--image', oci.slice('oci:'.length), join(directory, 'bundle')])
    expect([
      await readFile(join(directory, 'bundle/rootfs/etc/motd'), 'utf8'),
      await readFile(join(directory, 'bundle/rootfs/etc/name'), 'utf8'),
    ]).toEqual(['hello\n', 'old\n'])
  })
})
