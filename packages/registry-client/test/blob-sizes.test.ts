import type { ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { startTestRegistry } from '@lading/test-registry'
import type { BlobSize, Repository } from '../src/index.ts'
import { clientOf, failureOf } from './support/client.ts'
import { bytes, serve, sha256, type Handler, type ScriptedServer } from './support/scripted-server.ts'

const blob = Buffer.from('0123456789'.repeat(1000))
const digest = sha256(blob)

async function repositoryThat(
  handler: Handler,
): Promise<{ readonly head: () => Promise<BlobSize | undefined>; readonly registry: ScriptedServer }> {
  const registry = await serve(handler)
  const { blobs }: Repository = clientOf().repository(`${registry.host}/a/b`)
  return { head: () => blobs.head(digest), registry }
}

const emptyAnswer = (response: ServerResponse, status: number, headers: Record<string, string> = {}): void =>
  void response.writeHead(status, headers).end()
/** A server that answers HEAD with a status alone. */
const headless =
  (status: number, get: Handler, headers: Record<string, string> = {}): Handler =>
  (request, response) =>
    request.method === 'HEAD' ? emptyAnswer(response, status, headers) : get(request, response)
const firstByte: Handler = (_request, response) =>
  bytes(response, 206, blob.subarray(0, 1), { 'content-range': `bytes 0-0/${blob.length}` })

const linesOf = ({ requests }: ScriptedServer): string[] =>
  requests.map(({ line, headers }) => `${line.split(' ')[0]} ${headers.range ?? ''}`.trim())

describe('the size of a blob', () => {
  it('is what HEAD says, in one request', async () => {
    const { head, registry } = await repositoryThat((_request, response) => bytes(response, 200, blob))
    expect(await head()).toEqual({ digest, size: blob.length })
    expect(registry.requests.map(({ line }) => line)).toEqual([`HEAD /v2/a/b/blobs/${digest}`])
  })

  it('is what HEAD says where a redirect leads', async () => {
    const { head, registry } = await repositoryThat((request, response) =>
      request.url === '/elsewhere'
        ? bytes(response, 200, blob)
        : emptyAnswer(response, 307, { location: '/elsewhere' }),
    )
    expect(await head()).toEqual({ digest, size: blob.length })
    expect(registry.requests.map(({ line }) => line)).toEqual([`HEAD /v2/a/b/blobs/${digest}`, 'HEAD /elsewhere'])
  })

  it.each([403, 405, 501])('is asked of the first byte where HEAD answers %i', async (status) => {
    const { head, registry } = await repositoryThat(headless(status, firstByte))
    expect(await head()).toEqual({ digest, size: blob.length })
    // A 403 without a challenge may have one at `/v2/`.
    expect(linesOf(registry)).toEqual(status === 403 ? ['HEAD', 'GET', 'GET bytes=0-0'] : ['HEAD', 'GET bytes=0-0'])
  })

  it('is asked of the first byte where HEAD does not say it', async () => {
    const { head } = await repositoryThat(headless(200, firstByte, { 'transfer-encoding': 'chunked' }))
    expect(await head()).toEqual({ digest, size: blob.length })
  })

  it('is not 0, unless it is the empty blob', async () => {
    const zero = headless(200, firstByte, { 'content-length': '0' })
    const { head } = await repositoryThat(zero)
    expect(await head()).toEqual({ digest, size: blob.length })
    const server = await serve(zero)
    expect(await clientOf().repository(`${server.host}/a`).blobs.head(sha256(''))).toMatchObject({ size: 0 })
    expect(linesOf(server)).toEqual(['HEAD'])
  })

  it('is that of the whole where ranges are ignored, and no more of it is read than came with the head', async () => {
    const large = 1_000_000_000
    const { head } = await repositoryThat(
      headless(405, (_request, response) => {
        response.writeHead(200, { 'content-length': String(large) })
        response.write(blob)
      }),
    )
    expect(await head()).toEqual({ digest, size: large })
  })

  it.each([
    ['a chunked whole', 200, {}],
    ['a range of unknown whole', 206, { 'content-range': 'bytes 0-0/*' }],
    ['a range that is none', 206, { 'content-range': 'rubbish' }],
  ])('is not known from %s', async (_what, status, headers) => {
    const { head } = await repositoryThat(
      headless(
        405,
        (_request, response) =>
          void response.writeHead(status, { 'transfer-encoding': 'chunked', ...headers }).end('0'),
      ),
    )
    expect(await head()).toBeUndefined()
  })

  it.each(['-1', '1e3', '99999999999999999999', 'x'])('is not taken from the length %s', async (length) => {
    const { head } = await repositoryThat((request) => {
      request.socket.end(
        `HTTP/1.1 ${request.method === 'HEAD' ? '405 no' : '206 part'}\r\nContent-Range: bytes 0-0/${length}\r\nContent-Length: ${request.method === 'HEAD' ? 0 : 1}\r\n\r\n${request.method === 'HEAD' ? '' : '0'}`,
      )
    })
    expect(await head()).toBeUndefined()
  })

  it('is none where there is no blob', async () => {
    await using registry = await startTestRegistry()
    registry.repository('a/b').putBlob('other')
    const error = await failureOf(clientOf().repository(`${registry.host}/a/b`).blobs.head(digest))
    expect(error).toMatchObject({ code: 'BLOB_UNKNOWN', facts: { digest } })
  })

  it('is refused with the reason that GET gives', async () => {
    const { head } = await repositoryThat((request, response) => {
      const body = JSON.stringify({ errors: [{ code: 'DENIED', message: 'not for you' }] })
      response.writeHead(403, { 'content-type': 'application/json', 'content-length': String(body.length) })
      response.end(request.method === 'HEAD' ? undefined : body)
    })
    expect(await failureOf(head())).toMatchObject({
      code: 'DENIED',
      message: expect.stringContaining('not for you') as string,
    })
  })

  it('is taken as it is said, whatever the label', async () => {
    const { head } = await repositoryThat((_request, response) =>
      bytes(response, 200, blob, { 'content-encoding': 'gzip' }),
    )
    expect(await head()).toEqual({ digest, size: blob.length })
  })

  it("is asked again after a server's bad moment", async () => {
    let asked = 0
    const { head } = await repositoryThat((_request, response) => bytes(response, ++asked < 3 ? 503 : 200, blob))
    expect(await head()).toEqual({ digest, size: blob.length })
    expect(asked).toBe(3)
  })

  it.each([
    [503, ['HEAD', ...Array<string>(5).fill('GET bytes=0-0')]],
    [429, Array<string>(5).fill('HEAD')],
  ])('costs no more than it must where everything answers %i', async (status, lines) => {
    const { head, registry } = await repositoryThat((_request, response) => emptyAnswer(response, status, {}))
    expect(await failureOf(head())).toMatchObject({ facts: { status } })
    expect(linesOf(registry)).toEqual(lines)
  })

  it('is not waited for after an abort', async () => {
    const controller = new AbortController()
    const reason = new Error('enough')
    const registry = await serve(() => controller.abort(reason))
    expect(
      await failureOf(clientOf().repository(`${registry.host}/a/b`).blobs.head(digest, { signal: controller.signal })),
    ).toBe(reason)
  })
})
