import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { enlarged, needs } from '../../../test/support/needs.ts'
import { atScale } from '../../../test/support/scale.ts'
import { image, startTestRegistry } from '../src/index.ts'
import { ask } from './support/http.ts'

const bin = fileURLToPath(new URL('../src/bin.ts', import.meta.url))
const command = ['--conditions=@lading/source', bin]

interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const run = (...args: readonly string[]): Promise<Outcome> => runWith('', ...args)
const runWith = (input: string, ...args: readonly string[]): Promise<Outcome> =>
  new Promise((resolve) => {
    const child = execFile(process.execPath, [...command, ...args], (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    )
    child.stdin?.end(input)
  })

interface Ready {
  readonly url: string
  readonly host: string
  readonly cdn: string
  readonly control?: string
  readonly loopback: boolean
  readonly images: readonly string[]
  readonly ca?: string
}

/** A registry that serves until `stop`, which gives its exit code and what it said on stderr. */
async function start(
  ...args: readonly string[]
): Promise<{ readonly ready: Ready; stop(): Promise<{ readonly code: number | null; readonly stderr: string }> }> {
  const child = spawn(process.execPath, [...command, 'serve', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const first = await lines.next()
  if (first.done === true) throw new Error(stderr)
  return {
    ready: JSON.parse(first.value) as Ready,
    async stop() {
      child.kill('SIGTERM')
      const [code] = (await once(child, 'close')) as [number | null]
      return { code, stderr }
    },
  }
}

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'bin-'))
})
afterAll(() => rm(directory, { recursive: true }))

describe('lading-test-registry serve', () => {
  test('prints its address as one line of JSON, serves, and stops on a signal', async () => {
    const script = join(directory, 'faults.json')
    await writeFile(script, JSON.stringify([{ on: 'tags', then: { status: 503 } }]))
    const child = spawn(
      process.execPath,
      [...command, 'serve', '--sample', '--auth', 'basic', '--user', 'alice:secret', '--faults', script],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    )
    let errors = ''
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
    const ready = JSON.parse(String((await lines.next()).value)) as { url: string; images: string[] }
    expect(ready.images).toEqual(['demo/app:1.0', 'demo/app:1.1', 'library/hello:latest'])
    const headers = { authorization: `Basic ${Buffer.from('alice:secret').toString('base64')}` }
    expect((await ask(`${ready.url}/v2/`)).status).toBe(401)
    expect((await ask(`${ready.url}/v2/library/hello/manifests/latest`, { headers })).status).toBe(200)
    expect((await ask(`${ready.url}/v2/library/hello/tags/list`, { headers })).status).toBe(503)
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([0, null])
    expect((await lines.next()).done).toBe(true)
    expect(errors).toBe('')
  })

  test('stops with stdin where that is asked for, and takes a fault as the API does', needs(enlarged), async () => {
    const fault = '{ "on": "ping", "then": { "status": 418 } }'
    const child = spawn(process.execPath, [...command, 'serve', '--stop-with-stdin', '--faults', fault], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const ended = once(child, 'exit')
    const ready = await createInterface(child.stdout)[Symbol.asyncIterator]().next()
    expect((await ask(`${(JSON.parse(String(ready.value)) as Ready).url}/v2/`)).status).toBe(418)
    child.stdin.end()
    expect(await ended).toEqual([0, null])
  })

  test('a port that is taken is one clear message', async () => {
    await using first = await startTestRegistry()
    const { port } = first
    const { code, stdout, stderr } = await run('serve', '--port', String(port))
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toBe(
      `lading-test-registry: cannot listen on 127.0.0.1:${port}\n  another program has the port, or the address is not of this machine; port 0 takes a free one\n`,
    )
  })

  test('wrong arguments and a wrong script are refused before anything is served', async () => {
    const script = join(directory, 'wrong.json')
    await writeFile(script, '[{"on":"blob","then":"rest"}]')
    const wrong = [
      { args: ['serve', '--faults', script], code: 1, says: `fault 1 of the script: not a fault's 'then': "rest"` },
      { args: ['serve', '--profile', 'hub'], code: 2, says: 'distribution-2.8, distribution-3, docker-hub, ecr' },
      { args: ['seed', '--to', 'http://127.0.0.1:1', '-'], code: 1, says: 'is not JSON' },
      { args: ['seed', '--sample'], code: 1, says: 'add --to URL or --dir DIRECTORY' },
      { args: ['serve', '--auth', 'basic'], code: 1, says: 'a user is needed for --auth basic' },
      { args: ['serve', '--port', 'x'], code: 2, says: '' },
      { args: ['serve', '--layout', 'x'], code: 1, says: '' },
      { args: ['seed', '--to', 'x', '--sample'], code: 1, says: '' },
    ]
    await Promise.all(
      wrong.slice(0, atScale(4, wrong.length)).map(async ({ args, code, says }) => {
        const outcome = await runWith('{', ...args)
        expect({ args, ...outcome }).toMatchObject({ args, code, stdout: '' })
        expect(outcome.stderr).toContain(says)
      }),
    )
  })

  test('keeps contents in a directory, serves layouts, logs requests, has a page', async () => {
    const dir = join(directory, 'kept')
    const description = join(directory, 'images.json')
    await writeFile(description, JSON.stringify([{ name: 't/app:1', layers: [{ files: { a: 'b' } }] }]))
    const seeded = await run('seed', '--dir', dir, description)
    const built = image('t/app:1').layer({ a: 'b' }).build()
    expect([seeded.code, seeded.stderr, JSON.parse(seeded.stdout)]).toMatchObject([
      0,
      '',
      { name: 't/app:1', digest: built.digest, layers: [{ digest: built.layers[0]?.digest }] },
    ])

    const { ready, stop } = await start('--dir', dir, '--layout', `other/app=${join(dir, 't/app')}`, '--log', 'json')
    expect(ready).toMatchObject({
      loopback: true,
      images: ['other/app:1', 't/app:1'],
      control: `${ready.url}/_lading/`,
    })
    expect((await ask(`${ready.url}/v2/other/app/manifests/1`)).headers['docker-content-digest']).toBe(built.digest)
    expect((await ask(ready.control ?? '')).headers['content-type']).toContain('text/html')
    const { code, stderr } = await stop()
    expect([code, JSON.parse(stderr)]).toMatchObject([
      0,
      { path: '/v2/other/app/manifests/1', status: 200, finished: true },
    ])
  })

  test('is seeded while it runs, by https too; behaves like a registry of the field; has no page when told so', async () => {
    const caFile = join(directory, 'ca.pem')
    const { ready, stop } = await start(
      '--tls',
      '--ca-file',
      caFile,
      '--also-http',
      '--profile',
      'quay',
      '--log',
      'text',
    )
    const text = JSON.stringify({ name: 't/app:1', layers: [{ random: 1000 }] })
    const [seeded, untrusted] = [
      await runWith(text, 'seed', '--to', ready.url, '--ca', caFile, '-'),
      await runWith(text, 'seed', '--to', ready.url, '-'),
    ]
    expect([seeded.code, seeded.stderr, JSON.parse(seeded.stdout)]).toMatchObject([0, '', { name: 't/app:1' }])
    expect([untrusted.code, untrusted.stdout]).toEqual([1, ''])
    expect(untrusted.stderr).toContain(`no answer from ${ready.host}`)
    expect((await ask(`${ready.url.replace('https', 'http')}/v2/`)).headers['www-authenticate']).toContain('/v2/auth')
    expect((await stop()).stderr).toBe('#0 GET /v2/ -> 401, 4 bytes (true; as HTML)\n')

    const closed = await start('--no-control', '--auth', 'none', '--sample')
    expect(closed.ready.control).toBeUndefined()
    const refused = await run('seed', '--to', closed.ready.url, '--sample')
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('answered 404')])
    expect((await closed.stop()).code).toBe(0)
  })

  test('lets in whom a file of rules lets in, and who has the certificate that it made', async () => {
    const [authFile, caFile, clientFile] = ['auth.json', 'auth-ca.pem', 'client.pem'].map((name) =>
      join(directory, name),
    ) as [string, string, string]
    await writeFile(authFile, JSON.stringify([{ kind: 'certificate', repositories: 'mine/*' }, { kind: 'none' }]))
    const { ready, stop } = await start(
      '--tls',
      '--ca-file',
      caFile,
      '--client-file',
      clientFile,
      '--auth-file',
      authFile,
    )
    const [ca, client] = await Promise.all([readFile(caFile, 'utf8'), readFile(clientFile, 'utf8')])
    const status = async (repository: string, shown?: { cert: string; key: string }): Promise<number> =>
      (await ask(`${ready.url}/v2/${repository}/tags/list`, { ca, client: shown })).status
    expect([
      await status('mine/app'),
      await status('mine/app', { cert: client, key: client }),
      await status('other/app'),
    ]).toEqual([403, 404, 404])
    expect((await stop()).code).toBe(0)
    const refused = await run('serve', '--auth-file', authFile, '--auth', 'none')
    expect([refused.code, refused.stderr]).toEqual([
      1,
      'lading-test-registry: --auth-file says all of it\n  leave --auth, --user and --token-seconds out\n',
    ])
  })

  test('has the quirks that are named, and lists them', async () => {
    const { ready, stop } = await start('--sample', '--quirk', 'headStatus=403', '--quirk', 'linkForm=no-rel')
    expect((await ask(`${ready.url}/v2/demo/app/manifests/1.0`, { method: 'HEAD' })).status).toBe(403)
    await stop()
    const [wrong, list] = await Promise.all([run('serve', '--quirk', 'headStatus=0'), run('quirks')])
    expect([wrong.code, wrong.stderr]).toEqual([
      1,
      "lading-test-registry: not the quirk 'headStatus': 0\n  it may be 400 to 599\n",
    ])
    expect(list.stdout).toContain('headStatus\t400 to 599\tHEAD of a manifest or blob is refused with it\n')
  })

  test('says so when it listens for everyone', async () => {
    const { ready, stop } = await start('--host', '0.0.0.0', '--control-host', 'registry:5000')
    expect(ready.loopback).toBe(false)
    const port = Number(ready.host.split(':')[1])
    expect((await ask(`http://127.0.0.1:${port}/_lading/api`, { headers: { host: 'registry:5000' } })).status).toBe(200)
    expect((await stop()).stderr).toBe(
      'listening on 0.0.0.0: everyone who can reach this machine can read, push and command it; --no-control takes the last\n',
    )
  })

  test('help has examples, version is the package’s', async () => {
    const [help, version, ...others] = await Promise.all([
      run('--help'),
      run('--version'),
      run('serve', '--help'),
      run('seed', '--help'),
    ])
    expect(others.map(({ code, stdout }) => [code, /\nExamples:\n/.test(stdout)])).toEqual([
      [0, true],
      [0, true],
    ])
    expect([help.code, version.code]).toEqual([0, 0])
    expect(help.stdout).toContain('lading-test-registry serve --sample')
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})
