import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { image, startTestRegistry } from '@lading/test-registry'
import { expect, it, onTestFinished } from 'vitest'

it('the example of @lading/image reads an image at a registry, and counts the bytes of its layers', async () => {
  const readme = readFileSync(new URL('../../../packages/image/README.md', import.meta.url), 'utf8')
  const [, example = ''] = Array.from(readme.matchAll(/```ts\n(.*?)```/gs), ([, code]) => code)
  const registry = await startTestRegistry()
  onTestFinished(() => registry.close())
  const built = await registry.seed(
    image('library/debian:12')
      .layer({
        'etc/os-release': { type: 'symlink', target: '../usr/lib/os-release' },
        'usr/lib/os-release': 'ID=debian\n',
        'var/lib/dpkg/status': 'Package: libc6\n',
      })
      .layer({ top: 'top' }),
  )
  const code = example.replace('docker.io', registry.host)
  expect(code).toContain(registry.host)
  const told = 'for (const [path, content] of files) console.log(path, Buffer.from(content).toString().trim())'
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=@lading/source', '--input-type=module-typescript', '--eval', `${code}\n${told}\nconsole.log(bytes)`],
    { cwd: fileURLToPath(new URL('..', import.meta.url)) },
  )
  const bytes = built.layers.reduce((sum, { size }) => sum + size, 0)
  expect(stdout.trimEnd().split('\n')).toEqual([
    '/var/lib/dpkg/status Package: libc6',
    '/etc/os-release ID=debian',
    String(bytes),
  ])
})
