import { createHash } from 'node:crypto'
import { schemas } from '@lading/manifest'
import { describe, expect, it } from 'vitest'
import type { Repository } from '../src/index.ts'
import { clientOf, failureOf } from './support/client.ts'
import { manifestOf, manifestType } from './support/image.ts'
import { bytes, json, serve, type Handler } from './support/scripted-server.ts'

const manifest = manifestOf()
const good = { 'content-type': manifestType, 'docker-content-digest': manifest.digest }
const sha512 = `sha512:${createHash('sha512').update(manifest.bytes).digest('hex')}`
const other = `sha256:${'0'.repeat(64)}`

async function repositoryThat(handler: Handler): Promise<{
  readonly manifests: Repository['manifests']
  readonly requests: Awaited<ReturnType<typeof serve>>['requests']
}> {
  const registry = await serve(handler)
  return { manifests: clientOf().repository(`${registry.host}/a/b`).manifests, requests: registry.requests }
}

const answering =
  (headers: Record<string, string>, body: Uint8Array | string = manifest.bytes, status = 200): Handler =>
  (_request, response) =>
    bytes(response, status, body, headers)

describe('GET of a manifest', () => {
  it('accepts in one header every media type that can be decoded, and no coding', async () => {
    const { manifests, requests } = await repositoryThat(answering(good))
    await manifests.get('latest')
    expect(requests[0]?.headers).toMatchObject({
      accept: schemas.mediaTypes.join(', '),
      'accept-encoding': 'identity',
      'user-agent': 'lading',
    })
  })

  it('gives the bytes as they came, and the digest that was asked for', async () => {
    const { manifests } = await repositoryThat(answering(good))
    const byTag = await manifests.get('latest')
    expect(byTag.descriptor).toEqual({
      mediaType: manifestType,
      digest: manifest.digest,
      size: manifest.bytes.byteLength,
    })
    expect((await manifests.get(manifest.digest)).descriptor.digest).toBe(manifest.digest)
  })

  it('verifies in the algorithm that was asked for, whatever twin the header names', async () => {
    const { manifests } = await repositoryThat(answering(good))
    expect((await manifests.get(sha512)).descriptor.digest).toBe(sha512)
  })

  it.each<[string, string, Record<string, string>, string | undefined]>([
    ['the body is not what was asked for', other, { 'content-type': manifestType }, 'DIGEST_MISMATCH'],
    [
      "the header is not the body's, by digest",
      manifest.digest,
      { ...good, 'docker-content-digest': other },
      'DIGEST_MISMATCH',
    ],
    ["the header is not the body's, by tag", 'latest', { ...good, 'docker-content-digest': other }, 'DIGEST_MISMATCH'],
    [
      "the header is not the body's in its own algorithm",
      'latest',
      { ...good, 'docker-content-digest': `sha512:${'0'.repeat(128)}` },
      'DIGEST_MISMATCH',
    ],
    ['the header is a list', 'latest', { ...good, 'docker-content-digest': `${manifest.digest}, ${other}` }, undefined],
    ['the header is rubbish', 'latest', { ...good, 'docker-content-digest': 'x' }, undefined],
    ['the header is absent', 'latest', { 'content-type': manifestType }, undefined],
    [
      'the content type has parameters',
      'latest',
      { ...good, 'content-type': `${manifestType}; charset=utf-8` },
      undefined,
    ],
    [
      "the content type is the other family's",
      'latest',
      { ...good, 'content-type': 'application/vnd.docker.distribution.manifest.v2+json' },
      undefined,
    ],
    [
      "the content type is an index's",
      'latest',
      { ...good, 'content-type': 'application/vnd.oci.image.index.v1+json' },
      'MANIFEST_MEDIA_TYPE',
    ],
    ['the content type is malformed', 'latest', { ...good, 'content-type': 'json' }, 'CONTENT_TYPE_INVALID'],
    ['the content type is general', 'latest', { ...good, 'content-type': 'application/json' }, undefined],
  ])('%s', async (_what, target, headers, code) => {
    const { manifests } = await repositoryThat(answering(headers))
    const outcome = await manifests.get(target).then(
      ({ descriptor }) => descriptor.digest,
      (error: { code: string }) => error.code,
    )
    expect(outcome).toBe(code ?? manifest.digest)
  })

  it.each([[{ 'content-type': 'text/html; charset=utf-8' }], [{ 'content-type': manifestType }]])(
    'says so when a login page comes instead (%j)',
    async (headers) => {
      const { manifests } = await repositoryThat(answering(headers, '<!doctype html><title>Sign in</title>'))
      expect(await failureOf(manifests.get(manifest.digest))).toMatchObject({
        code: 'BAD_RESPONSE',
        message: expect.stringContaining('web page') as string,
      })
    },
  )

  it.each(['text/html', 'text/html; charset=utf-8', 'application/xhtml+xml', 'text/xml', 'application/octet-stream'])(
    'goes by the content of a manifest that comes as %s',
    async (contentType) => {
      const { manifests } = await repositoryThat(answering({ 'content-type': contentType }))
      expect(await manifests.get(manifest.digest)).toMatchObject({
        manifest: { kind: 'manifest' },
        descriptor: { mediaType: manifestType, digest: manifest.digest },
      })
    },
  )

  it.each(['', 'log in', '"log in"', '{{title}}', '  <!-- --><html>', '\uFEFF<html>'])(
    'takes what comes as text/html and is no JSON object for a page: %j',
    async (body) => {
      const { manifests } = await repositoryThat(answering({ 'content-type': 'text/html' }, body))
      expect(await failureOf(manifests.get('1'))).toMatchObject({
        code: 'BAD_RESPONSE',
        message: expect.stringContaining('web page') as string,
      })
    },
  )

  it.each(['with a length', 'without a length'])('stops at 4 MiB (%s)', async (how) => {
    let sent = 0
    const { manifests } = await repositoryThat((_request, response) => {
      response.writeHead(200, {
        'content-type': manifestType,
        ...(how === 'with a length' ? { 'content-length': String(2 ** 30) } : {}),
      })
      const more = (): void => {
        while (sent < 64 * 1024 * 1024 && !response.destroyed) {
          sent += 65_536
          if (!response.write(Buffer.alloc(65_536, ' '))) return void response.once('drain', more)
        }
      }
      more()
    })
    expect(await failureOf(manifests.get('latest'))).toMatchObject({ code: 'TOO_LARGE' })
    expect(sent).toBeLessThan(32 * 1024 * 1024)
  })

  it.each(['', '.', '../x', 'a/b', 'a b', 'a\r\nx: y', 'x'.repeat(129), 'sha256:abc', 'ä'])(
    'asks nobody for the target %j',
    async (target) => {
      const { manifests, requests } = await repositoryThat(answering(good))
      expect(await failureOf(manifests.get(target))).toMatchObject({ code: 'TARGET_INVALID' })
      expect(await failureOf(manifests.head(target))).toMatchObject({ code: 'TARGET_INVALID' })
      expect(requests).toEqual([])
    },
  )

  it("rejects with the signal's own reason", async () => {
    const reason = { because: 'enough' }
    const controller = new AbortController()
    const { manifests } = await repositoryThat(() => controller.abort(reason))
    await expect(manifests.get('latest', { signal: controller.signal })).rejects.toBe(reason)
  })
})

describe('HEAD of a manifest', () => {
  it.each<[string, string, Record<string, string>, unknown]>([
    [
      'tag, everything said',
      'latest',
      { ...good, 'content-length': '7' },
      { mediaType: manifestType, digest: manifest.digest, size: 7 },
    ],
    ['tag, no digest', 'latest', { 'content-type': manifestType, 'content-length': '7' }, undefined],
    [
      'tag, broken digest',
      'latest',
      { ...good, 'docker-content-digest': 'sha256:1', 'content-length': '7' },
      undefined,
    ],
    ['tag, no length', 'latest', { ...good, 'transfer-encoding': 'chunked' }, undefined],
    [
      'digest, no digest header',
      manifest.digest,
      { 'content-type': manifestType, 'content-length': '7' },
      { mediaType: manifestType, digest: manifest.digest, size: 7 },
    ],
    [
      'sha512 digest, header names the twin',
      sha512,
      { ...good, 'content-length': '7' },
      { mediaType: manifestType, digest: sha512, size: 7 },
    ],
  ])('%s', async (_what, target, headers, expected) => {
    const { manifests, requests } = await repositoryThat((_request, response) => {
      response.writeHead(200, headers)
      response.end()
    })
    expect(await manifests.head(target, { thenGet: true })).toEqual(expected)
    expect(requests.map(({ line }) => line)).toEqual([`HEAD /v2/a/b/manifests/${target}`])
  })

  it('refuses another digest than it asked for', async () => {
    const { manifests } = await repositoryThat(answering(good))
    expect(await failureOf(manifests.head(other))).toMatchObject({ code: 'DIGEST_MISMATCH' })
  })

  it('names what is missing by the status alone', async () => {
    const { manifests } = await repositoryThat(answering({}, '', 404))
    expect(await failureOf(manifests.head('nope'))).toMatchObject({ code: 'MANIFEST_UNKNOWN', facts: { status: 404 } })
  })
})

describe('a conditional GET', () => {
  it('sends the digest as a quoted ETag and believes a 304', async () => {
    const { manifests, requests } = await repositoryThat((request, response) => {
      if (request.headers['if-none-match'] === `"${manifest.digest}"`) {
        response.writeHead(304, { etag: `"${manifest.digest}"` })
        return void response.end()
      }
      return bytes(response, 200, manifest.bytes, good)
    })
    expect(await manifests.getIfChanged('latest', manifest.digest)).toBe('not-modified')
    expect(await manifests.getIfChanged('latest', other)).toMatchObject({ descriptor: { digest: manifest.digest } })
    expect(requests).toHaveLength(2)
  })
})

const list = (...errors: unknown[]): string => JSON.stringify({ errors })
const refusing = (
  status: number,
  body: string,
  headers: Record<string, string> = { 'content-type': 'application/json' },
): Handler => answering(headers, body, status)

describe('a refusal', () => {
  it.each<[number, string, string, string, Record<string, string>?]>([
    [
      404,
      list({ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown', detail: { Tag: 'x' } }),
      'MANIFEST_UNKNOWN',
      'manifest unknown: manifest unknown',
    ],
    [
      404,
      list({ code: 'NAME_UNKNOWN', message: 'repository name not known to registry' }),
      'NAME_UNKNOWN',
      'name unknown: repository name not known to registry',
    ],
    [404, list({ code: 'NAME_UNKNOWN' }), 'NAME_UNKNOWN', 'name unknown'],
    [404, '{"randomkey": "randomvalue"}', 'MANIFEST_UNKNOWN', '{"randomkey": "randomvalue"}'],
    [404, '404 page not found\n', 'MANIFEST_UNKNOWN', '404 page not found', { 'content-type': 'text/plain' }],
    [404, '<html><b>no</b></html>', 'MANIFEST_UNKNOWN', '404', { 'content-type': 'text/html' }],
    [
      401,
      list({ code: 'UNAUTHORIZED', message: 'action requires authentication' }),
      'UNAUTHORIZED',
      'unauthorized: action requires authentication',
    ],
    [401, '{invalid json}', 'UNAUTHORIZED', '{invalid json}'],
    [
      403,
      list({ code: 'DENIED', message: 'requested access to the resource is denied' }),
      'DENIED',
      'denied: requested access',
    ],
    [403, list({ code: 'DENIED' }), 'DENIED', 'denied'],
    [403, '', 'DENIED', '403'],
    [
      403,
      '',
      'UNAUTHORIZED',
      'unauthorized',
      { 'www-authenticate': 'Bearer realm="https://x.example/t",error="invalid_token"' },
    ],
    [
      403,
      list({ code: 'UNKNOWN' }),
      'DENIED',
      'denied: the token does not allow it',
      { 'www-authenticate': 'Bearer error="insufficient_scope"' },
    ],
    [405, list({ code: 'UNSUPPORTED' }), 'UNSUPPORTED', 'unsupported'],
    [
      400,
      list({ code: 'DIGEST_INVALID', message: 'provided digest does not match' }),
      'DIGEST_INVALID',
      'digest invalid: provided digest does not match',
    ],
    [400, list({ code: 'SOMETHING_ELSE', message: 'x' }), 'UNEXPECTED_STATUS', 'something else: x'],
    [418, list(), 'UNEXPECTED_STATUS', '418'],
    [501, list({ code: 'UNSUPPORTED' }), 'UNEXPECTED_STATUS', '501'],
    [204, '', 'UNEXPECTED_STATUS', '204'],
    [304, '', 'UNEXPECTED_STATUS', '304'],
    [300, '', 'UNEXPECTED_STATUS', '300'],
  ])('%i %s is %s', async (status, body, code, words, headers) => {
    const { manifests } = await repositoryThat(refusing(status, body, headers))
    const error = await failureOf(manifests.get('latest'))
    expect(error).toMatchObject({ name: 'RegistryError', code, facts: { status } })
    expect(error.message).toContain(words)
  })

  it('does not say to try again where a cache asks itself (508)', async () => {
    const { manifests } = await repositoryThat(refusing(508, list({ code: 'UNAVAILABLE' })))
    const { code, hint } = await failureOf(manifests.get('latest'))
    expect([code, hint]).toEqual(['UNEXPECTED_STATUS', expect.stringMatching(/point back to it: tell its operator$/)])
  })

  it('keeps every entry of a list, and makes what it says safe to print', async () => {
    const { manifests } = await repositoryThat(
      refusing(
        403,
        list({ code: 'DENIED', message: 'red \u001B[31malert' }, { code: 'UNKNOWN', message: 'second' }, 7, null, {
          message: 5,
        }),
      ),
    )
    const error = await failureOf(manifests.get('latest'))
    expect(error).toMatchObject({
      reported: [
        { code: 'DENIED', message: String.raw`red \x1b[31malert` },
        { code: 'UNKNOWN', message: 'second' },
      ],
    })
    expect(error.message).not.toContain('\u001B')
    expect(error['hint']).toContain('login')
  })

  it('with an endless explanation is cut short', async () => {
    const { manifests } = await repositoryThat((_request, response) => {
      response.writeHead(403)
      const more = (): void => {
        while (!response.destroyed)
          if (!response.write(Buffer.alloc(65_536, 'x'))) return void response.once('drain', more)
      }
      more()
    })
    expect(await failureOf(manifests.get('latest'))).toMatchObject({ code: 'DENIED' })
  })

  it('names host and repository', async () => {
    const registry = await serve((_request, response) =>
      json(response, 404, { errors: [{ code: 'MANIFEST_UNKNOWN' }] }),
    )
    const error = await failureOf(clientOf().repository(`${registry.host}/a/b`).manifests.get('x'))
    expect(error).toMatchObject({
      repository: `${registry.host}/a/b`,
      facts: { host: registry.host, status: 404, reference: `${registry.host}/a/b` },
    })
  })
})
