import { createHash } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'

export interface LocalRegistry {
  readonly url: string
  /** For package managers: the registry, and a token that it does not look at. */
  readonly userConfig: string
  close(): Promise<void>
}

/** As registries answer and `npm publish` sends it: npm's "package metadata". */
interface Packument {
  readonly name: string
  readonly 'dist-tags': Record<string, string>
  readonly versions: Record<string, { readonly dist: { integrity: string; tarball: string } }>
}

interface Publication extends Packument {
  readonly _attachments: Record<string, { readonly data: string }>
}

const isOurs = (name: string): boolean => name === 'lading' || name.startsWith('@lading/')

/**
 * An npm registry on loopback. It takes our packages from anybody and keeps them in memory, and answers for all others what
 * the registry answers that npm is set up with.
 */
export async function startLocalRegistry(folder: string): Promise<LocalRegistry> {
  const upstream = execFileSync('npm', ['config', 'get', 'registry'], { cwd: folder, encoding: 'utf8' }).trim()
  const packuments = new Map<string, Packument>()
  const tarballs = new Map<string, Buffer>()
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500)
      response.end(JSON.stringify({ error: String(error) }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}/`
  const userConfig = join(folder, 'npmrc')
  writeFileSync(userConfig, `registry=${url}\n//127.0.0.1:${port}/:_authToken=anybody\nfund=false\naudit=false\n`)
  return {
    url,
    userConfig,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = decodeURIComponent(new URL(request.url ?? '/', url).pathname.slice(1))
    const [name = '', file] = path.split('/-/')
    if (!isOurs(name)) return await forward(request, response)
    if (request.method === 'PUT') return publish(name, (await json(request)) as Publication, response)
    const found = file === undefined ? packuments.get(name) : tarballs.get(`${name}/-/${file}`)
    if (found === undefined) return tell(response, 404, { error: 'not found' })
    if (file === undefined) return tell(response, 200, found)
    response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(found)
  }

  function publish(name: string, { _attachments: files, ...sent }: Publication, response: ServerResponse): void {
    const before = packuments.get(name)
    for (const [version, { dist }] of Object.entries(sent.versions)) {
      if (before?.versions[version] !== undefined)
        return tell(response, 403, { error: `${name}@${version} is there already` })
      const [attached] = Object.entries(files).filter(([file]) => file.endsWith(`-${version}.tgz`))
      const bytes = Buffer.from(attached?.[1].data ?? '', 'base64')
      const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`
      if (dist.integrity !== integrity)
        return tell(response, 400, { error: `${name}@${version} is not what its integrity says` })
      const place = `${name}/-/${name.split('/').at(-1)}-${version}.tgz`
      dist.tarball = url + place
      tarballs.set(place, bytes)
    }
    packuments.set(name, {
      ...sent,
      'dist-tags': { ...before?.['dist-tags'], ...sent['dist-tags'] },
      versions: { ...before?.versions, ...sent.versions },
    })
    tell(response, 201, { ok: true })
  }

  async function forward(
    { method, url: path = '/', headers }: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    if (method !== 'GET' && method !== 'HEAD') return tell(response, 404, { error: 'not found' })
    const { accept = '*/*' } = headers
    const from = await fetch(new URL(path.slice(1), upstream), { method, headers: { accept } })
    const body = Buffer.from(await from.arrayBuffer())
    response
      .writeHead(from.status, { 'content-type': from.headers.get('content-type') ?? 'application/octet-stream' })
      .end(body)
  }
}

function tell(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}
