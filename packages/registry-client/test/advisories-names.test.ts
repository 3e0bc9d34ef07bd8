import { ImageReferenceError, parseReference } from '@lading/reference'
import { describe, expect, it } from 'vitest'
import { clientOf, failureOf } from './support/client.ts'
import { descriptorOf, manifestOf, manifestType } from './support/image.ts'
import { bytes, serve, type Handler } from './support/scripted-server.ts'
import { sinkOf } from './support/sink.ts'

// Hostile names, tags and digests (B2): what is none is refused before anybody is asked for it.

const manifest = manifestOf()
const manifests: Handler = (_request, response) =>
  bytes(response, 200, manifest.bytes, { 'content-type': manifestType })

describe('a name', () => {
  it.each([
    'UPPER/name',
    'a//b',
    'a/../b',
    '../a',
    '-x',
    'a:tag:tag',
    'a/b:',
    'a'.repeat(256),
    `a:${'t'.repeat(129)}`,
    'a\n',
    'a\0b',
    ' a',
    'a/',
    'a/b.',
    'a/%2e%2e/b',
    'a?x=1',
    'a#b',
    'a@b',
    'a\\b',
  ])('(R1) %j is none, and nobody is asked', async (name) => {
    const registry = await serve(manifests)
    expect(() => clientOf().repository(`${registry.host}/${name}`)).toThrow(ImageReferenceError)
    expect(registry.requests).toEqual([])
  })

  it.each(['\u0430lpine', 'a\uff0fb', 'a\u200db', 'a\u202eb', '\u212aelvin', 'ma\u00dfe', '\u0131mage', 'caf\u00e9'])(
    '(R2) %j is none: only ASCII is',
    async (name) => {
      const registry = await serve(manifests)
      expect(() => clientOf().repository(`${registry.host}/${name}`)).toThrow(ImageReferenceError)
      expect(registry.requests).toEqual([])
    },
  )

  it('CVE-2024-35192 (C11): with a user in its host, or another registry in its path, is asked for nowhere else', async () => {
    for (const name of ['user@ghcr.io/a', 'user:secret@ghcr.io/a', 'user@ghcr.io@evil/a'])
      expect(() => clientOf().repository(name)).toThrow(ImageReferenceError)
    const registry = await serve(manifests)
    await clientOf().repository(`${registry.host}/ghcr.io/a`).manifests.get('1')
    expect(registry.requests.map(({ line }) => line)).toEqual(['GET /v2/ghcr.io/a/manifests/1'])
  })
})

describe('a tag', () => {
  it('(R3) beside a digest decides nothing: what has another digest is refused', async () => {
    const registry = await serve(manifests)
    const { digest } = parseReference(`${registry.host}/a:trusted@sha256:${'1'.repeat(64)}`)
    expect(
      await failureOf(
        clientOf()
          .repository(`${registry.host}/a`)
          .manifests.get(digest ?? ''),
      ),
    ).toMatchObject({ code: 'DIGEST_MISMATCH' })
    expect(registry.requests.map(({ line }) => line)).toEqual([`GET /v2/a/manifests/sha256:${'1'.repeat(64)}`])
  })

  it.each(['../blobs/uploads', '1?x', '1#x', 'a/b', '', '.', '-1', 't'.repeat(129), '1\r\nx: y'])(
    '(R1) %j is none, and nobody is asked',
    async (tag) => {
      const registry = await serve(manifests)
      expect(await failureOf(clientOf().repository(`${registry.host}/a`).manifests.get(tag))).toMatchObject({
        code: 'TARGET_INVALID',
      })
      expect(registry.requests).toEqual([])
    },
  )
})

describe('a digest', () => {
  it.each([
    'sha256:',
    'SHA256:x',
    `sha256:${'g'.repeat(64)}`,
    `sha256:${'a'.repeat(65)}`,
    'sha256+b64:x',
    'blake9:abcdefabcdefabcdefabcdefabcdefabcdef',
    `sha256:${'a'.repeat(62)}/x`,
  ])('CVE-2024-3727 (R5): %s is none that can be checked, and nobody is asked', async (digest) => {
    const registry = await serve(manifests)
    const { blobs, manifests: known } = clientOf().repository(`${registry.host}/a`)
    await failureOf(blobs.fetch({ ...descriptorOf(Buffer.from('x')), digest: digest as `sha256:${string}` }, sinkOf()))
    await failureOf(known.get(digest))
    expect(registry.requests).toEqual([])
  })
})
