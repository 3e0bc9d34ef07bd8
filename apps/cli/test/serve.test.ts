import { createServer } from 'node:net'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { get } from 'node:http'
import { request } from 'node:https'
import { join } from 'node:path'
import { image, makeCertificate } from '@lading/test-registry'
import { describe, expect, it, onTestFinished } from 'vitest'
import { enlarged, needs } from '../../../test/support/needs.ts'
import { pathOf } from '../../../test/support/real-parts.ts'
import { bin } from './support/lading.ts'
import { registryWith } from './support/registry-with.ts'
import { runHere } from './support/run-here.ts'
import { serving, servingHere } from './support/serving.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

/** bcrypt of cost 4. */
const hashes = {
  secret: '$2b$04$blGnk0DljoRVH/badU3tpuL3wBVyAc2cee.Q6OimviVXESN6Pjtp2',
  other: '$2b$04$EvNtQAL5qPc.9Twj7ZMn/uR.IQ5WiYViDO1E7t2..ZhSiNi1ld/De',
}

const app = image('t/app:1').layer({ a: 'a' }).randomLayer(200_000)

describe('lading serve', () => {
  it.each([
    ['--listen nonsense', "'nonsense' is not an address to listen on", '127.0.0.1:5000'],
    ['--metrics-listen 0.0.0.0:9', 'everybody could read them at 0.0.0.0:9', 'loopback'],
    ['--upstream a/b', "'a/b' is not an upstream", 'docker.io'],
    ['--tls-cert c', 'a certificate and its key belong together', '--tls-key'],
    ['--tls-key k', 'a certificate and its key belong together', '--tls-cert'],
    ['--tls-cert /nonexistent/c --tls-key k', '/nonexistent/c cannot be read', 'can read'],
    ['--htpasswd /nonexistent/users', '/nonexistent/users cannot be read', 'htpasswd -B'],
    [
      '--listen 0.0.0.0:0 --upstream ghcr.io,credentials',
      'could read what your credentials for ghcr.io allow',
      '--htpasswd',
    ],
    ['--listen 0.0.0.0:0 --htpasswd /nonexistent/users', 'unencrypted', '--tls-cert'],
    ['--max-size much', 'It must be a number of bytes', ''],
    ['--access-log xml', 'Allowed choices are text, json, none', ''],
  ])('takes %j for a usage error', async (line, message, hint) => {
    const { code, stdout, stderr } = await runHere(['serve', ...line.split(' ')])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^lading: .*\nhint: .*\n$/)
    expect(stderr).toContain(message)
    expect(stderr).toContain(hint)
  })

  it('names the line of a file of passwords that is wrong', async () => {
    const users = join(await temporaryDirectory(), 'users')
    await writeFile(users, '# ours\nann:secret\n')
    const { code, stderr } = await runHere(['serve', '--htpasswd', users])
    expect(code).toBe(2)
    expect(stderr).toContain(`line 2 of ${users} has no bcrypt hash for ann`)
    expect(stderr).not.toContain('secret')
  })

  it('says that somebody else listens there', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    onTestFinished(() => void other.close())
    const { port } = other.address() as { port: number }
    const { code, stderr } = await runHere(['serve', '--listen', `127.0.0.1:${port}`])
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(
        `^lading: another process listens on 127.0.0.1:${port}\nhint: .*--listen`,
      ) as string,
    })
  })

  /** Pulls through a server into a store of its own. */
  const pull = async (host: string, name = 't/app:1'): Promise<number | null> =>
    (await runHere(['pull', '-q', `${host}/${name}`], { root: join(await temporaryDirectory(), 'store') })).code

  it('serves what it fetches once, tells of it, and asks nobody when it is offline', async () => {
    const upstream = await registryWith([app])
    const root = join(await temporaryDirectory(), 'store')
    const metricsArgs = ['--metrics-listen', '127.0.0.1:0', '--access-log', 'json']
    const server = await servingHere(['--root', root, '--upstream', upstream.host, ...metricsArgs])
    expect(await Promise.all([pull(server.host), pull(server.host), pull(server.host)])).toEqual([0, 0, 0])
    const blobs = upstream.journal.entries.filter(({ kind, method }) => kind === 'blob' && method === 'GET')
    expect(new Set(blobs.map(({ target }) => target)).size).toBe(blobs.length)
    // What was only served stands under no name.
    expect((await runHere(['images', '-q'], { root })).stdout).toBe('')

    const metrics = await (await fetch(`${server.metrics}metrics`)).text()
    expect(metrics).toMatch(/^lading_serve_requests_total\{kind="blob",status="200"\} 9$/m)
    expect(metrics).toMatch(/^lading_serve_upstream_requests_total\{host="127\.0\.0\.1:\d+",class="2xx"\} [1-9]/m)
    expect(await (await fetch(server.metrics)).text()).toContain('<title>lading serve</title>')
    expect((await fetch(`${server.metrics}readyz`)).status).toBe(200)

    const { code, stdout } = await server.stop()
    expect(code).toBe(0)
    const log = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { status: number; kind?: string })
    expect(log.filter(({ kind, status }) => kind === 'blob' && status === 200)).toHaveLength(9)

    upstream.journal.clear()
    const offline = await servingHere(['--root', root, '--upstream', upstream.host, '--offline'])
    expect(await pull(offline.host)).toBe(0)
    expect(upstream.journal.entries).toEqual([])
  })

  it('lets in who has a password, over TLS, takes one that is added, and ends in good order at SIGTERM', async () => {
    const slowly = image('t/app:1').randomLayer(400_000)
    const upstream = await registryWith([slowly], { bytesPerSecond: 400_000 })
    const directory = await temporaryDirectory()
    const own = makeCertificate({ hosts: ['127.0.0.1'] })
    const file = (name: string): string => join(directory, name)
    await Promise.all([
      writeFile(file('cert'), own.cert),
      writeFile(file('key'), own.key),
      writeFile(file('users'), `ann:${hashes.secret}\n`),
    ])
    const line = `--upstream ${upstream.host} --tls-cert ${file('cert')} --tls-key ${file('key')} --htpasswd ${file('users')}`
    const server = await serving(['--root', file('store'), ...line.split(' ')])
    const ask = (path: string, auth?: string): Promise<{ status: number; bytes: number }> =>
      new Promise((resolve, reject) => {
        request(`${server.url}${path}`, { ca: own.cert, auth, agent: false }, (answer) => {
          let bytes = 0
          answer
            .on('data', (chunk: Uint8Array) => (bytes += chunk.byteLength))
            .on('end', () => resolve({ status: answer.statusCode ?? 0, bytes }))
            .on('error', reject)
        })
          .on('error', reject)
          .end()
      })
    const status = async (auth?: string): Promise<number> => (await ask('/v2/t/app/manifests/1', auth)).status
    expect([await status(), await status('ann:no'), await status('ann:secret'), await status('bob:other')]).toEqual([
      401, 401, 200, 401,
    ])
    await writeFile(file('users'), `bob:${hashes.other}\n`)
    await expect.poll(() => status('bob:other'), { interval: 200, timeout: 20_000 }).toBe(200)
    expect(await status('ann:secret')).toBe(401)

    const { layers } = slowly.build()
    const slow = ask(`/v2/t/app/blobs/${layers[0]?.digest}`, 'bob:other')
    const isAsked = (): boolean =>
      upstream.journal.entries.some(({ kind, method }) => kind === 'blob' && method === 'GET')
    await expect.poll(isAsked, { timeout: 20_000 }).toBe(true)
    server.child.kill('SIGTERM')
    expect(await slow).toEqual({ status: 200, bytes: layers[0]?.size })
    const { code, stdout, stderr } = await server.ended
    expect(code).toBe(0)
    expect(stderr).toContain('Stopping: ')
    expect(stdout).not.toMatch(/secret|other|Basic/)
  })

  it('cuts what is on its way at a second SIGTERM, and keeps what came', needs(enlarged), async () => {
    const slowly = image('t/app:1').randomLayer(4_000_000)
    const upstream = await registryWith([slowly], { bytesPerSecond: 200_000 })
    const root = join(await temporaryDirectory(), 'store')
    const server = await serving(['--root', root, '--upstream', upstream.host])
    const { layers } = slowly.build()
    const came = Promise.withResolvers<void>()
    const cut = new Promise<boolean>((resolve) =>
      get(`${server.url}/v2/t/app/blobs/${layers[0]?.digest}`, { agent: false }, (answer) =>
        answer
          .on('data', () => came.resolve())
          .on('error', () => undefined)
          .on('close', () => resolve(!answer.complete)),
      ).on('error', () => resolve(true)),
    )
    await came.promise
    server.child.kill('SIGTERM')
    await server.said(/^Stopping: /m)
    server.child.kill('SIGTERM')
    expect(await cut).toBe(true)
    await server.ended
    expect(server.child.signalCode).toBe('SIGTERM')
    upstream.journal.clear()
    const again = await servingHere(['--root', root, '--upstream', upstream.host])
    const left = new AbortController()
    await fetch(`http://${again.host}/v2/t/app/blobs/${layers[0]?.digest}`, { signal: left.signal })
    left.abort()
    expect(upstream.journal.blob(layers[0]!.digest).requests.at(-1)?.range).toMatch(/^bytes=[1-9]/)
  })

  it('makes room, and leaves what is pinned', needs(enlarged), async () => {
    const upstream = await registryWith([1, 2, 3].map((at) => image(`t/app${at}:1`).randomLayer(100_000 + at)))
    const { host } = upstream
    const root = join(await temporaryDirectory(), 'store')
    expect((await runHere(['pin', `${host}/t/app1:1`], { root })).stdout).toBe(`${host}/t/app1:1\n`)
    const room = ['--max-size', '250k', '--metrics-listen', '127.0.0.1:0']
    const server = await servingHere(['--root', root, '--upstream', host, ...room])
    for (const at of [1, 2, 3]) expect(await pull(server.host, `t/app${at}:1`)).toBe(0)
    const evicted = async (): Promise<number> =>
      Number(/evicted_bytes_total (\d+)/.exec(await (await fetch(`${server.metrics}metrics`)).text())?.[1])
    await expect.poll(evicted, { timeout: 20_000, interval: 100 }).toBeGreaterThan(99_999)
    await server.stop()
    const offline = await servingHere(['--root', root, '--upstream', host, '--offline'])
    expect(await pull(offline.host, 't/app1:1')).toBe(0)
    expect(await pull(offline.host, 't/app2:1')).not.toBe(0)
  })

  it('takes a socket that systemd hands over', needs('python3', enlarged), async () => {
    const root = join(await temporaryDirectory(), 'store')
    const handOver = `import os, socket, sys
s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen()
os.dup2(s.fileno(), 3); os.set_inheritable(3, True)
os.environ['LISTEN_FDS'] = '1'; os.environ['LISTEN_PID'] = str(os.getpid())
os.execv(sys.argv[1], sys.argv[1:])`
    const server = await serving(['--root', root], { node: [pathOf('python3'), '-c', handOver, process.execPath, bin] })
    const status = await new Promise((resolve, reject) =>
      get(`${server.url}/v2/`, { agent: false }, (answer) => resolve(answer.resume().statusCode)).on('error', reject),
    )
    expect(status).toBe(200)
  })
})

describe('pins', () => {
  it('are listed, and removed', async () => {
    const root = join(await temporaryDirectory(), 'store')
    const run = (line: string): ReturnType<typeof runHere> => runHere(line.split(' '), { root })
    expect(await run('pins')).toEqual({
      code: 0,
      stdout: '',
      stderr: 'Nothing is pinned: lading pin NAME keeps it in the cache of lading serve\n',
    })
    expect(await run('pins --json')).toEqual({ code: 0, stdout: '[]\n', stderr: '' })
    expect(await run('pin alpine ghcr.io/acme/app:1')).toEqual({
      code: 0,
      stdout: 'alpine:latest\nghcr.io/acme/app:1\n',
      stderr: '',
    })
    expect((await run('pins')).stdout).toBe('alpine:latest\nghcr.io/acme/app:1\n')
    expect(JSON.parse((await run('pins --json')).stdout)).toEqual([
      'docker.io/library/alpine:latest',
      'ghcr.io/acme/app:1',
    ])
    expect(await run('unpin alpine')).toMatchObject({ code: 0 })
    expect(await run('unpin alpine')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('alpine:latest is not pinned') as string,
    })
    expect((await run('pin Alpine')).code).toBe(2)
    expect((await run('pins')).stdout).toBe('ghcr.io/acme/app:1\n')
  })
})
