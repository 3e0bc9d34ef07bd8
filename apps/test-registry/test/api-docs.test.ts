import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { enlarged, needs } from '../../../test/support/needs.ts'
import { startTestRegistry } from '../src/index.ts'

const page = readFileSync(new URL('../../../docs/test-registry-api.md', import.meta.url), 'utf8')

describe('the test in Python of docs/test-registry-api.md', needs('python3', enlarged), () => {
  const [, code = ''] = /```python\n(.*?)```/s.exec(page) ?? []
  const started = `['npx', 'lading-test-registry', 'serve']`
  const python = (text: string): Promise<{ readonly stderr: string }> => promisify(execFile)('python3', ['-c', text])
  const here = code.replace(
    started,
    JSON.stringify([
      process.execPath,
      '--conditions=@lading/source',
      fileURLToPath(new URL('../src/bin.ts', import.meta.url)),
      'serve',
    ]),
  )

  test('passes with its client, and fails with one that starts again', async () => {
    expect(code).toContain(started)
    expect((await python(here)).stderr).toMatch(/Ran 1 test in .*\n\nOK/)
    await expect(python(here.replace('data += error.partial', 'pass'))).rejects.toMatchObject({
      stderr: expect.stringMatching(/HTTPError: HTTP Error 409/) as string,
    })
  })
})

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
