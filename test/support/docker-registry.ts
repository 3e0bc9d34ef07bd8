import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import http from 'node:http'
import https from 'node:https'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { pathOf } from './real-parts.ts'

export interface DockerRegistry {
  /** `127.0.0.1:port` */
  readonly host: string
  readonly url: string
  readonly pid: number | undefined
  close(): Promise<void>
}

/**
 * Starts Debian's docker-registry, which is distribution 2.8, on a free loopback port, with its data in `folder`; or as
 * `program` distribution 3's `registry`. `extra` is further YAML for its configuration; `tls` are files in PEM.
 */
export async function startDockerRegistry(
  folder: string,
  {
    program = 'docker-registry',
    extra = '',
    tls,
  }: {
    readonly program?: string
    readonly extra?: string
    readonly tls?: { readonly cert: string; readonly key: string } | undefined
  } = {},
): Promise<DockerRegistry> {
  const data = join(folder, 'data')
  const config = join(folder, 'registry.yml')
  await mkdir(data, { recursive: true })
  const certificate = tls === undefined ? '' : `, tls: {certificate: ${tls.cert}, key: ${tls.key}}`
  const scheme = tls === undefined ? 'http' : 'https'
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort()
    const mark = randomUUID()
    await writeFile(
      config,
      [
        'version: 0.1',
        'log: {level: error}',
        'storage:',
        `  filesystem: {rootdirectory: ${data}}`,
        '  delete: {enabled: true}',
        `http: {addr: "127.0.0.1:${port}", headers: {X-Started-As: [${mark}]}${certificate}}`,
        extra,
      ].join('\n'),
    )
    const started = await start(program, { config, host: `127.0.0.1:${port}`, scheme, mark })
    if (typeof started !== 'string') return started
    // Whoever asked for a free port at the same time may have got the same one.
    if (attempt === 3 || !started.includes('address already in use'))
      throw new Error(`${program} does not start: ${started}`)
  }
}

/** The running registry, or what it said before it ended. */
async function start(
  program: string,
  { config, host, scheme, mark }: Readonly<Record<'config' | 'host' | 'scheme' | 'mark', string>>,
): Promise<DockerRegistry | string> {
  const server = spawn(pathOf(program), ['serve', config], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: dockerRegistryEnvironment(),
  })
  let log = ''
  server.stderr.setEncoding('utf8').on('data', (text: string) => (log += text))
  const ended = once(server, 'close')
  const giveUp = new AbortController()
  const url = `${scheme}://${host}`
  const outcome = await Promise.race([answering(url, mark, giveUp.signal), ended.then(() => 'ended' as const)])
  giveUp.abort()
  if (outcome === 'ended') return log
  const close = async (): Promise<void> => {
    server.kill()
    await ended
  }
  if (outcome === 'answers') return { host, url, pid: server.pid, close }
  await close()
  return `${url} does not answer: ${log}`
}

/** Without what it would take for its configuration: `REGISTRY_AUTH_FILE`, which is skopeo's, is `auth: file` to it. */
const dockerRegistryEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('REGISTRY_')))

/** Any answer will do, one that asks for a login too, if it is by the server that has this mark. */
async function answering(url: string, mark: string, signal: AbortSignal): Promise<'answers' | 'silent'> {
  for (let attempt = 0; attempt < 600 && !signal.aborted; attempt += 1) {
    if ((await markOf(url + '/v2/')) === mark) return 'answers'
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return 'silent'
}

/** With TLS too: the mark says who it is, whoever has signed the certificate. */
const markOf = (url: string): Promise<string | string[] | undefined> =>
  new Promise((resolve) => {
    const options = { agent: false, rejectUnauthorized: false }
    const asked = url.startsWith('https:') ? https.get(url, options) : http.get(url, options)
    asked.once('error', () => resolve(undefined))
    asked.once('response', (answer) => {
      answer.resume().on('error', () => undefined)
      resolve(answer.headers['x-started-as'])
    })
  })
