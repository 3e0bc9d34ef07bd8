import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestRegistry } from '../src/index.ts'
import { ask } from './support/http.ts'

const bin = new URL('../src/bin.ts', import.meta.url).pathname
const command = ['--conditions=@lading/source', bin]

const run = (...args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
  new Promise((resolve) => {
    const child = execFile(process.execPath, [...command, ...args], (_, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr }))
  })

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'bin-'))
})
afterAll(() => rm(directory, { recursive: true }))

describe('lading-test-registry serve', () => {
  test('prints its address as one line of JSON, serves, and stops on a signal', async () => {
    const script = join(directory, 'faults.json')
    await writeFile(script, JSON.stringify([{ on: 'tags', then: { status: 503 } }]))
    const child = spawn(process.execPath, [...command, 'serve', '--sample', '--auth', 'basic', '--user', 'alice:secret', '--faults', script], { stdio: ['ignore', 'pipe', 'pipe'] })
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

  test('a port that is taken is one clear message', async () => {
    await using first = await startTestRegistry()
    const { port } = first
    const { code, stdout, stderr } = await run('serve', '--port', String(port))
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toBe(`lading-test-registry: cannot listen on 127.0.0.1:${port}\n  another program has the port, or the address is not of this machine; port 0 takes a free one\n`)
  })

  test('wrong arguments and a wrong script are refused before anything is served', async () => {
    const script = join(directory, 'wrong.json')
    await writeFile(script, '[{"on":"blob","then":"rest"}]')
    const outcomes = await Promise.all([run('serve', '--port', 'x'), run('serve', '--faults', script), run('serve', '--auth', 'basic')])
    expect(outcomes.map(({ code }) => code)).toEqual([2, 1, 1])
    expect(outcomes.map(({ stdout }) => stdout).join('')).toBe('')
    expect(outcomes[1].stderr).toContain(`fault 1 of the script: not a fault's 'then': "rest"`)
    expect(outcomes[2].stderr).toContain('a user is needed for --auth basic')
  })

  test('help has examples, version is the package’s', async () => {
    const [help, version] = await Promise.all([run('--help'), run('--version')])
    expect([help.code, version.code]).toEqual([0, 0])
    expect(help.stdout).toContain('lading-test-registry serve --sample')
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})
