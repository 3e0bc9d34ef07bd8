import { execFile } from 'node:child_process'
import { readFileSync, readdirSync, readlinkSync } from 'node:fs'
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { enlarged, needs } from '../../../test/support/needs.ts'
import { startTestRegistry } from '../src/index.ts'

const page = readFileSync(new URL('../../../docs/test-registry-api.md', import.meta.url), 'utf8')

describe('the test in Python of docs/test-registry-api.md, as it stands', needs('python3', 'npx', enlarged), () => {
  const [, code = ''] = /```python\n(.*?)```/s.exec(page) ?? []
  let project: string
  beforeAll(async () => {
    project = await installed()
  })
  afterAll(() => rm(project, { recursive: true }))
  const python = (text: string): Promise<{ readonly stderr: string }> =>
    promisify(execFile)('python3', ['-c', text], {
      cwd: project,
      env: { ...process.env, NPM_CONFIG_UPDATE_NOTIFIER: 'false' },
    })

  test('passes with its client, and fails with one that starts again; no registry is left', async () => {
    expect((await python(code)).stderr).toMatch(/Ran 1 test in .*\n\nOK/)
    await expect(python(code.replace('data += error.partial', 'pass'))).rejects.toMatchObject({
      stderr: expect.stringMatching(/HTTPError: HTTP Error 409/) as string,
    })
    expect(processesIn(project)).toEqual([])
  })
})

/** A project as `npm install @lading/test-registry` makes it, but that the program is the one from source. */
async function installed(): Promise<string> {
  const project = await realpath(await mkdtemp(join(tmpdir(), 'python-')))
  const bin = join(project, 'node_modules/.bin')
  const own = join(project, 'node_modules/@lading/test-registry')
  for (const path of [bin, own]) await mkdir(path, { recursive: true })
  const source = fileURLToPath(new URL('../src/bin.ts', import.meta.url))
  const program = `#!/bin/sh\nexec '${process.execPath}' --conditions=@lading/source '${source}' "$@"\n`
  const manifest = { name: '@lading/test-registry', version: '1.0.0', bin: { 'lading-test-registry': 'bin' } }
  await Promise.all([
    writeFile(join(project, 'package.json'), '{"private":true}'),
    writeFile(join(own, 'package.json'), JSON.stringify(manifest)),
    writeFile(join(bin, 'lading-test-registry'), program, { mode: 0o755 }),
  ])
  return project
}

/** Commands of the processes that run in a directory. */
function processesIn(directory: string): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((id) => {
      try {
        return readlinkSync(`/proc/${id}/cwd`) === directory ? [readFileSync(`/proc/${id}/cmdline`, 'utf8')] : []
      } catch {
        // It ended meanwhile, or is another user's.
        return []
      }
    })
}

describe('the examples of docs/test-registry-api.md', needs('curl', 'bash'), () => {
  test('run, in their order, and do what the page says', async () => {
    await using registry = await startTestRegistry()
    const script = [...page.matchAll(/```sh\n(.*?)```/gs)]
      .map(([, code = '']) => code)
      .filter((code) => code.includes('curl'))
      .join('\n')
    const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], {
      env: { ...process.env, REGISTRY: registry.url },
    })
    expect(stdout).not.toContain('"error"')
    expect(stdout).toContain('"name":"t/app:sbom"')
    expect(registry.faults().map(({ name, enabled, fired }) => [name, enabled, fired])).toEqual([
      ['breaks off', true, 0],
      ['tags {"status":503}', false, 0],
    ])
    const layer = registry.journal.requests({ kind: 'blob' })[0]?.target ?? ''
    registry.journal.assertFetchedOnce(layer)
    expect(registry.clock.now()).toBeGreaterThan(Date.now() + 290_000)
    expect(registry.repository('t/app').tags()['moved']).toBe(layer)
    expect(registry.repository('t/app').blobs()).not.toContain(layer)
    expect(registry.repositories()).toEqual(['t/app', 't/multi', 't/old'])
  })
})
