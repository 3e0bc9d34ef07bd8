import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** What happens to a request, once. */
export interface Fault {
  /** Default: any. */
  readonly method?: string | undefined
  /** `status`: refused with this error code. `lost`: carried out, and the connection cut. `reset`: only cut. `silent`: never answered. `short`: half of the body. */
  readonly then: { readonly status: number; readonly code: string } | 'lost' | 'reset' | 'silent' | 'short'
  /** Default 1. */
  readonly times?: number | undefined
}

export interface SmallEngineOptions {
  /** Default: kept to. */
  readonly conditions?: 'ignored' | 'raced' | undefined
  readonly versions?: 'Enabled' | 'Suspended' | undefined
  /** Shared by the gateways of one engine. */
  readonly objects?: Map<string, StoredBytes> | undefined
  /** What was written is listed when so many lists were asked for. Default: at once. */
  readonly lateLists?: boolean | undefined
}

interface StoredBytes {
  readonly bytes: Uint8Array
  readonly nonce: string | undefined
  readonly modified: Date
}

export interface SmallEngine {
  readonly endpoint: string
  readonly objects: Map<string, StoredBytes>
  /** `PUT key` … as they came. */
  readonly requests: string[]
  readonly fail: (fault: Fault) => void
  close(): Promise<void>
}

/** As much of S3 as a store uses, on a real socket, with faults and vices on command. Signatures are not looked at. */
export async function startSmallEngine({
  conditions,
  versions,
  lateLists = false,
  objects = new Map(),
}: SmallEngineOptions = {}): Promise<SmallEngine> {
  const requests: string[] = []
  const faults: { fault: Fault; left: number }[] = []

  function refuse(response: ServerResponse, status: number, code: string): void {
    response.writeHead(status, { 'content-type': 'application/xml' })
    response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>told by the engine</Message></Error>`)
  }

  function list(response: ServerResponse, query: URLSearchParams): void {
    const [prefix, after] = [query.get('prefix') ?? '', query.get('start-after') ?? '']
    const keys = lateLists ? [] : [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).toSorted()
    const size = Number(query.get('max-keys') ?? '1000')
    const contents = keys.slice(0, size).map((key) => {
      const { bytes, modified } = objects.get(key) as StoredBytes
      return `<Contents><Key>${key}</Key><Size>${bytes.length}</Size><LastModified>${modified.toISOString()}</LastModified></Contents>`
    })
    response.setHeader('content-type', 'application/xml')
    response.end(
      `<?xml version="1.0"?><ListBucketResult><IsTruncated>${keys.length > size}</IsTruncated>${contents.join('')}</ListBucketResult>`,
    )
  }

  async function put(request: IncomingMessage, response: ServerResponse, key: string): Promise<void> {
    const asked = request.headers['if-none-match'] === '*' && conditions !== 'ignored'
    const early = conditions === 'raced' && objects.has(key)
    const bytes = await buffer(request)
    if (conditions === 'raced') await new Promise((resolve) => setTimeout(resolve, 20))
    const isThere = conditions === 'raced' ? early : objects.has(key)
    if (asked && isThere) return refuse(response, 412, 'PreconditionFailed')
    objects.set(key, {
      bytes,
      nonce: request.headers['x-amz-meta-lading-nonce'] as string | undefined,
      modified: new Date(),
    })
    response.setHeader('etag', '"0"')
    if (versions !== undefined) response.setHeader('x-amz-version-id', 'null')
    response.end()
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://engine')
    const [, bucket = '', ...rest] = decodeURIComponent(url.pathname).split('/')
    const key = rest.join('/')
    const { method = '' } = request
    requests.push(`${method} ${key}`)
    const found = faults.find(({ fault, left }) => left > 0 && (fault.method ?? method) === method)
    if (found !== undefined) {
      found.left -= 1
      const { then } = found.fault
      if (then === 'silent') return
      if (then === 'reset') return void request.socket.destroy()
      if (typeof then === 'object') {
        request.resume()
        return refuse(response, then.status, then.code)
      }
      if (then === 'lost') response.end = () => response
      if (then === 'short') return shortly(response, objects.get(key)?.bytes ?? new Uint8Array())
    }
    if (bucket !== 'bucket') return refuse(response, 404, 'NoSuchBucket')
    if (key === '' && url.searchParams.has('versioning')) {
      response.setHeader('content-type', 'application/xml')
      response.end(
        `<VersioningConfiguration>${versions === undefined ? '' : `<Status>${versions}</Status>`}</VersioningConfiguration>`,
      )
      return
    }
    if (key === '') return list(response, url.searchParams)
    if (method === 'PUT') await put(request, response, key)
    else if (method === 'DELETE') {
      objects.delete(key)
      response.writeHead(204).end()
    } else {
      const there = objects.get(key)
      if (there === undefined) return refuse(response, 404, 'NoSuchKey')
      const [, first = '0', last = ''] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
      const part = last === '' ? there.bytes : there.bytes.subarray(Number(first), Number(last) + 1)
      if (last !== '') response.statusCode = 206
      response.setHeader('content-length', part.length)
      response.setHeader('last-modified', there.modified.toUTCString())
      if (there.nonce !== undefined) response.setHeader('x-amz-meta-lading-nonce', there.nonce)
      response.end(method === 'HEAD' ? undefined : part)
    }
    if (found?.fault.then === 'lost') request.socket.destroy()
  }

  const server = createServer((request, response) => void answer(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    requests,
    fail: (fault) => void faults.push({ fault, left: fault.times ?? 1 }),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function shortly(response: ServerResponse, bytes: Uint8Array): void {
  response.writeHead(200, { 'content-length': bytes.length })
  response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy())
}
