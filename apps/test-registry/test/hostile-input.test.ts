import { connect } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { atScale } from '../../../test/support/scale.ts'
import { image, schema1, startTestRegistry, type TestRegistry } from '../src/index.ts'
import { parseRange } from '../src/routes/range.ts'
import { routeOf } from '../src/route.ts'
import { ask, askRaw, errorCode } from './support/http.ts'

let registry: TestRegistry
beforeAll(async () => {
  registry = await startTestRegistry({ images: [image('t/app:1').layer({ a: 'b' })], maxBlobBytes: 100_000 })
})
afterAll(() => registry.close())

describe('the registry stays up and bounded', () => {
  test('a manifest beyond the limit is 413, with its length said or not', async () => {
    const body = Buffer.alloc(5 * 1024 * 1024, 32)
    for (const headers of [{ 'content-length': String(body.length) }, { 'transfer-encoding': 'chunked' }]) {
      const answer = await ask(`${registry.url}/v2/t/app/manifests/big`, {
        method: 'PUT',
        body,
        headers: { ...headers, 'content-type': 'application/vnd.oci.image.manifest.v1+json' },
      })
      expect([answer.status, errorCode(answer)]).toEqual([413, 'MANIFEST_INVALID'])
    }
  })

  test('a blob beyond the limit is 413, and the session goes on from where it was', async () => {
    const session = await ask(`${registry.url}/v2/t/app/blobs/uploads/`, {
      method: 'POST',
      headers: { 'content-length': '0' },
    })
    const url = `${registry.url}${String(session.headers.location)}`
    expect((await ask(url, { method: 'PATCH', body: Buffer.alloc(10) })).status).toBe(202)
    expect((await ask(url, { method: 'PATCH', body: Buffer.alloc(200_000) })).status).toBe(413)
    expect((await ask(url)).headers.range).toBe('0-9')
  })

  test('an upload whose connection breaks keeps what came', async () => {
    const session = await ask(`${registry.url}/v2/t/app/blobs/uploads/`, {
      method: 'POST',
      headers: { 'content-length': '0' },
    })
    const path = String(session.headers.location)
    const socket = connect(registry.port, '127.0.0.1')
    socket.write(`PATCH ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n12345`)
    await new Promise<void>((resolve) => socket.once('ready', () => socket.end(() => resolve())))
    await registry.journal.waitFor({
      kind: 'upload',
      method: 'PATCH',
      status: undefined,
      target: path.split('/').at(-1),
    })
    expect((await ask(`${registry.url}${path}`)).headers.range).toBe('0-4')
  })

  test.each(['n=2147483648', 'n=-1', 'n=x', 'n=1e3', 'n=99999999999'])('tags/list?%s', async (query) => {
    const answer = await ask(`${registry.url}/v2/t/app/tags/list?${query}`)
    expect([answer.status, errorCode(answer)]).toEqual([400, 'PAGINATION_NUMBER_INVALID'])
  })

  test.each([
    '/v2/../etc/passwd',
    '/v2/t/app/blobs/../../x',
    '/v2/t/app/manifests/..%2f..%2fx',
    '/v2//evil/manifests/1',
    '//evil/v2/',
    '/v2/t/app/blobs/sha256:%00',
    '/v2/%zz/manifests/1',
    '/v2/T/manifests/1',
    '/v2/t/app/blobs/sha256:abc',
    '/v2/t/app/manifests/-x',
  ])('%s is a client error', async (path) => {
    const status = Number(
      /^HTTP\/1\.1 (\d+)/.exec(
        await askRaw(registry.port, `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`),
      )?.[1],
    )
    expect(status).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThan(500)
  })

  test('a manifest that is no JSON object is refused', async () => {
    for (const body of ['', '{', '[]', 'null', '"x"', Buffer.from([0xff, 0xfe])]) {
      const answer = await ask(`${registry.url}/v2/t/app/manifests/bad`, {
        method: 'PUT',
        body,
        headers: { 'content-type': 'application/vnd.oci.image.manifest.v1+json' },
      })
      expect([answer.status, errorCode(answer)]).toEqual([400, 'MANIFEST_INVALID'])
    }
  })

  test('any JSON as a manifest gets an answer below 500', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(
          fc.constantFrom('config', 'layers', 'manifests', 'subject', 'mediaType', 'schemaVersion', 'annotations'),
          fc.jsonValue({ maxDepth: 2 }),
        ),
        async (document) => {
          const answer = await ask(`${registry.url}/v2/t/fuzz/manifests/x`, {
            method: 'PUT',
            body: JSON.stringify(document),
            headers: { 'content-type': 'application/vnd.oci.image.manifest.v1+json' },
          })
          expect(answer.status).toBeLessThan(500)
          expect((await ask(`${registry.url}/v2/t/fuzz/referrers/sha256:${'0'.repeat(64)}`)).status).toBe(200)
        },
      ),
      { numRuns: atScale(30, 500) },
    )
  })

  test('any JSON as a schema 1 manifest too, and any change to a right one is refused or changes nothing', async () => {
    const built = schema1('t/old:1').layer({ a: 'b' }).build()
    await registry.seed(built)
    const put = async (
      body: string | Uint8Array,
      mediaType: string,
    ): Promise<readonly [status: number, digest: unknown]> => {
      const answer = await ask(`${registry.url}/v2/t/old/manifests/x`, {
        method: 'PUT',
        body,
        headers: { 'content-type': mediaType },
      })
      return [answer.status, answer.headers['docker-content-digest']]
    }
    const signature = fc.record({
      header: fc.jsonValue({ maxDepth: 2 }),
      protected: fc.constantFrom('', 'e30', 'eyJmb3JtYXRMZW5ndGgiOjF9'),
      signature: fc.base64String(),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(
          fc.constantFrom('schemaVersion', 'name', 'tag', 'fsLayers', 'history', 'signatures'),
          fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constant(1), fc.array(signature, { maxLength: 3 })),
        ),
        fc.boolean(),
        async (document, signed) => {
          const [status] = await put(
            JSON.stringify(document),
            `application/vnd.docker.distribution.manifest.v1+${signed ? 'prettyjws' : 'json'}`,
          )
          expect(status).toBeGreaterThanOrEqual(400)
          expect(status).toBeLessThan(500)
        },
      ),
      { numRuns: atScale(30, 500) },
    )
    await fc.assert(
      fc.asyncProperty(fc.nat(built.bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (place, flipped) => {
        const changed = Uint8Array.from(built.bytes, (byte, position) => (position === place ? byte ^ flipped : byte))
        const [status, digest] = await put(changed, built.mediaType)
        expect([201, 400]).toContain(status)
        expect([undefined, built.digest]).toContain(digest)
      }),
      { numRuns: atScale(30, 1000) },
    )
  })
})

describe('parsers', () => {
  test('any path has a route; the names in it are cut where the last marker is', () => {
    fc.assert(fc.property(fc.string(), (path) => routeOf(`/v2/${path}`).kind.length > 0))
    expect(routeOf('/v2/a/manifests/b/manifests/c')).toEqual({
      kind: 'manifest',
      repository: 'a/manifests/b',
      target: 'c',
    })
    expect(routeOf('/v2/a/blobs/uploads/')).toEqual({ kind: 'upload', repository: 'a', target: undefined })
    expect(routeOf('/v2/a/blobs/uploads/id')).toEqual({ kind: 'upload', repository: 'a', target: 'id' })
    expect(routeOf('/v2')).toEqual({ kind: 'ping' })
    expect(routeOf('/v3/')).toEqual({ kind: 'unknown' })
  })

  test('a range lies in the blob, or is none', () => {
    fc.assert(
      fc.property(fc.nat(5000), fc.option(fc.nat(6000)), fc.option(fc.nat(6000)), (size, first, last) => {
        const range = parseRange(`bytes=${first ?? ''}-${last ?? ''}`, size)
        if (first === null && last === null) return range === undefined
        if (range === 'unsatisfiable')
          return (
            size === 0 ||
            (first ?? size - Math.min(last ?? 0, size)) >= size ||
            (last !== null && first !== null && last < first)
          )
        if (range === undefined) return false
        const start = first ?? size - Math.min(last ?? 0, size)
        return (
          range.start === start &&
          range.end === (first === null || last === null ? size : Math.min(size, last + 1)) &&
          range.start < range.end
        )
      }),
    )
    fc.assert(
      fc.property(fc.string(), fc.nat(100), (text, size) =>
        ['undefined', 'string', 'object'].includes(typeof parseRange(text, size)),
      ),
    )
    expect(parseRange('bytes=0-1,3-4', 10)).toBeUndefined()
    expect(parseRange('lines=0-1', 10)).toBeUndefined()
  })
})
