import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { clientOf, failureOf } from './support/client.ts'
import { descriptorOf, manifestOf, manifestType } from './support/image.ts'
import { bytes, serve, type ScriptedServer } from './support/scripted-server.ts'
import { sinkOf } from './support/sink.ts'

const layer = Buffer.from('a layer')
const { bytes: manifest, digest } = manifestOf()

/** A registry whose every answer is labelled; `code` changes what is sent. */
const labelled = (label: string, code: (body: Buffer) => Buffer = (body) => body): Promise<ScriptedServer> =>
  serve((request, response) => {
    const { url = '', headers } = request
    const answer = (status: number, body: string | Buffer, more: Record<string, string> = {}): void => {
      const range = status === 200 ? /^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] : undefined
      const whole = code(Buffer.from(body))
      const labels = { 'content-encoding': label, ...more }
      if (range === undefined) return bytes(response, status, whole, labels)
      bytes(response, 206, whole.subarray(Number(range)), {
        ...labels,
        'content-range': `bytes ${range}-${whole.byteLength - 1}/${whole.byteLength}`,
      })
    }
    if (url.startsWith('/token')) return answer(200, '{"token":"t"}')
    if (headers.authorization === undefined)
      return answer(401, '{}', { 'www-authenticate': `Bearer realm="http://${headers.host}/token"` })
    if (url.endsWith('/tags/list')) return answer(200, '{"tags":["1"]}')
    if (url.includes('/blobs/')) return answer(200, layer)
    answer(200, manifest, { 'content-type': manifestType })
  })

describe('a content coding that is a label and nothing else', () => {
  it.each(['x-gzip', 'gzip', 'aws-chunked', 'utf-8', 'none', 'binary', 'gzip, gzip', 'br', 'GZIP', '"'])(
    'is passed over: %s',
    async (label) => {
      const { host } = await labelled(label)
      const { manifests, blobs, tags } = clientOf().repository(`${host}/a`)
      expect((await manifests.get('1')).descriptor.digest).toBe(digest)
      expect((await manifests.get(digest)).descriptor.digest).toBe(digest)
      expect(Buffer.from(await blobs.read(descriptorOf(layer)))).toEqual(layer)
      const rest = sinkOf(layer.subarray(0, 3))
      await blobs.fetch(descriptorOf(layer), rest)
      expect(rest.content()).toEqual(layer)
      expect(await blobs.head(descriptorOf(layer).digest)).toMatchObject({ size: layer.byteLength })
      for await (const tag of tags()) expect(tag).toBe('1')
    },
  )
})

describe('a content coding that is true', () => {
  it.each(['gzip', 'x-gzip', 'none'])('is never undone, and explains what is wrong: %s', async (label) => {
    const { host } = await labelled(label, (body) =>
      body.equals(Buffer.from('{"token":"t"}')) ? body : gzipSync(body),
    )
    const { manifests, blobs, tags } = clientOf().repository(`${host}/a`)
    const code = 'CONTENT_CODING'
    const message = expect.stringContaining(label) as string
    expect(await failureOf(manifests.get('1'))).toMatchObject({ code, message })
    expect(await failureOf(manifests.get(digest))).toMatchObject({ code, message })
    expect(await failureOf(blobs.read(descriptorOf(layer)))).toMatchObject({ code, message, facts: { host } })
    const sink = sinkOf()
    expect(await failureOf(blobs.fetch(descriptorOf(layer), sink))).toMatchObject({ code, message })
    expect(sink.content().byteLength).toBe(0)
    const list = async (): Promise<void> => {
      for await (const tag of tags()) expect(tag).toBe('none')
    }
    expect(await failureOf(list())).toMatchObject({ code, message })
  })

  it('explains a token that cannot be read', async () => {
    const { host } = await labelled('gzip', gzipSync)
    expect(await failureOf(clientOf().repository(`${host}/a`).manifests.get('1'))).toMatchObject({
      code: 'CONTENT_CODING',
    })
  })

  it('of a body without a length explains one that is too short or too long', async () => {
    for (const size of [1000, 3]) {
      const registry = await serve((_request, response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' })
        response.write('four')
        response.end('five')
      })
      const wanted = { ...descriptorOf(layer), size }
      const fetched = clientOf().repository(`${registry.host}/a`).blobs.fetch(wanted, sinkOf())
      expect(await failureOf(fetched)).toMatchObject({ code: 'CONTENT_CODING' })
      expect(registry.requests).toHaveLength(1)
    }
  })

  it('of a blob explains a wrong digest, where the label and the length are not to be believed either', async () => {
    const { host } = await labelled('x-gzip', (body) => (body.equals(layer) ? Buffer.from('b layer') : body))
    const { blobs } = clientOf().repository(`${host}/a`)
    const code = 'DIGEST_MISMATCH'
    const message = expect.stringContaining('(Content-Encoding: x-gzip)') as string
    expect(await failureOf(blobs.read(descriptorOf(layer)))).toMatchObject({ code, message })
    const read = async (): Promise<void> => {
      for await (const chunk of blobs.open(descriptorOf(layer))) expect(chunk.byteLength).toBe(layer.byteLength)
    }
    expect(await failureOf(read())).toMatchObject({ code, message })
    const sink = sinkOf()
    await blobs.fetch(descriptorOf(layer), sink)
    expect(sink.begun).toMatchObject([{ start: 0, coding: 'x-gzip' }])
  })

  it('does not explain what is wrong with the right bytes', async () => {
    const registry = await serve((_request, response) =>
      bytes(response, 200, '{"schemaVersion":3}', { 'content-type': manifestType, 'content-encoding': 'gzip' }),
    )
    expect(await failureOf(clientOf().repository(`${registry.host}/a`).manifests.get('1'))).toMatchObject({
      code: 'MANIFEST_UNSUPPORTED',
    })
  })
})
