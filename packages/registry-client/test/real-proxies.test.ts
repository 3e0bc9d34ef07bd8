import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeCertificate } from '@lading/test-registry'
import { describe, expect, it, onTestFinished } from 'vitest'
import { freePort } from '../../../test/support/free-port.ts'
import { enlarged, isRoot, needs } from '../../../test/support/needs.ts'
import { pathOf } from '../../../test/support/real-parts.ts'
import { parseProxy } from '../src/index.ts'
import { clientOf, failureOf } from './support/client.ts'
import { manifestOf, manifestType } from './support/image.ts'
import { bytes, serve, type ScriptedServer } from './support/scripted-server.ts'

const manifest = manifestOf()
const authority = makeCertificate({ authority: true })
const leaf = makeCertificate({ issuer: authority, hosts: ['127.0.0.1', 'localhost'] })

const registryWith = (tls: boolean): Promise<ScriptedServer> =>
  serve(
    (_request, response) => bytes(response, 200, manifest.bytes, { 'content-type': manifestType }),
    tls ? { tls: leaf } : {},
  )

/** Runs until the test has ended; resolves when somebody listens. */
async function startProgram(
  name: string,
  args: (directory: string) => readonly string[],
  { port, config }: { readonly port: number; readonly config: string },
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), `lading-${name}-`))
  // squid, started by root, gives that up and reads on.
  await chmod(directory, 0o755)
  await writeFile(join(directory, 'config'), config)
  const child = spawn(pathOf(name), args(directory), { stdio: ['ignore', 'pipe', 'pipe'] })
  let log = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (log += String(chunk)))
  onTestFinished(async () => {
    await ended(child)
    await rm(directory, { recursive: true, force: true, maxRetries: 5 })
  })
  while (!(await listens(port))) {
    if (child.exitCode !== null) throw new Error(`${name} did not start: ${log}`)
    await new Promise((resolve) => {
      setTimeout(resolve, 20)
    })
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = new Promise((resolve) => {
    child.once('exit', resolve)
  })
  // By a signal that lets it remove what it shares: squid's memory has a name that outlives it.
  child.kill('SIGTERM')
  await exit
}

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })

async function pullThrough(proxy: string, tls: boolean): Promise<ScriptedServer> {
  const registry = await registryWith(tls)
  const settings = parseProxy(proxy)
  const client = clientOf({
    certificates: [authority.cert],
    insecure: tls ? [] : [registry.host],
    proxy: () => settings,
  })
  const endpoint = client.endpoints(registry.host).find(({ scheme }) => scheme === (tls ? 'https' : 'http'))
  expect((await client.repository(`${registry.host}/a`, { endpoint }).manifests.get('1')).bytes).toEqual(
    new Uint8Array(manifest.bytes),
  )
  return registry
}

describe('tinyproxy', needs('tinyproxy'), () => {
  const start = async (): Promise<number> => {
    const port = await freePort()
    // Tunnels to any port, since the registry has one of its own.
    await startProgram('tinyproxy', (directory) => ['-d', '-c', join(directory, 'config')], {
      port,
      config: `Port ${port}\nListen 127.0.0.1\nTimeout 60\nAllow 127.0.0.1\nBasicAuth ann s3cret\nDisableViaHeader Yes\n`,
    })
    return port
  }

  it.each([true, false])(
    'lets us through with user name and password (TLS: %s), and shows none of it to the registry',
    async (tls) => {
      const port = await start()
      const registry = await pullThrough(`http://ann:s3cret@127.0.0.1:${port}`, tls)
      expect(registry.requests.length).toBeGreaterThan(0)
      expect(registry.requests.map(({ headers }) => headers['proxy-authorization'])).toEqual(
        registry.requests.map(() => undefined),
      )
    },
  )

  it('refuses us without, and says so in both ways', async () => {
    const port = await start()
    for (const tls of [true, false])
      expect(await failureOf(pullThrough(`http://127.0.0.1:${port}`, tls))).toMatchObject({
        code: 'PROXY_UNAUTHORIZED',
      })
  })

  it('that cannot reach the host says so', async () => {
    const port = await start()
    const settings = parseProxy(`http://ann:s3cret@127.0.0.1:${port}`)
    expect(
      await failureOf(
        clientOf({ proxy: () => settings })
          .repository('localhost:1/a', {
            endpoint: {
              url: 'https://localhost:1',
              host: 'localhost:1',
              scheme: 'https',
              mirror: false,
              insecure: false,
            },
          })
          .manifests.get('1'),
      ),
    ).toMatchObject({ code: 'PROXY_FAILED', message: expect.stringMatching(/answers 5\d\d/) as string })
  })
})

describe('squid', needs('squid', enlarged), () => {
  it.each([true, false])('lets us through (TLS: %s)', async (tls) => {
    const port = await freePort()
    await startProgram(
      'squid',
      (directory) => [
        '-N',
        '-n',
        `lading${randomBytes(6).toString('hex')}`,
        '-d',
        '1',
        '-f',
        join(directory, 'config'),
      ],
      {
        port,
        config: [
          'http_access allow localhost',
          'http_access deny all',
          `http_port 127.0.0.1:${port}`,
          'pid_filename none',
          'cache deny all',
          'access_log none',
          'cache_log /dev/null',
          'cache_store_log none',
          'netdb_filename none',
          'shutdown_lifetime 0 seconds',
          'pinger_enable off',
          'coredump_dir /tmp',
          '',
        ].join('\n'),
      },
    )
    expect((await pullThrough(`http://127.0.0.1:${port}`, tls)).requests).not.toEqual([])
  })
})

describe('dante', needs('danted'), () => {
  it.each([
    ['socks5', true],
    ['socks5h', true],
    ['socks5h', false],
  ])('lets us through by %s (TLS: %s)', async (scheme, tls) => {
    const port = await freePort()
    await startProgram('danted', (directory) => ['-f', join(directory, 'config'), '-p', join(directory, 'pid')], {
      port,
      config: `logoutput: stderr\ninternal: 127.0.0.1 port = ${port}\nexternal: 127.0.0.1\nsocksmethod: none\nclientmethod: none\n${isRoot ? 'user.privileged: root\nuser.unprivileged: nobody\n' : ''}client pass { from: 127.0.0.0/8 to: 0.0.0.0/0 }\nsocks pass { from: 127.0.0.0/8 to: 0.0.0.0/0 }\n`,
    })
    expect((await pullThrough(`${scheme}://127.0.0.1:${port}`, tls)).requests).not.toEqual([])
  })
})
