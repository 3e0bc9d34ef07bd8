import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { image, startTestRegistry } from '@lading/test-registry'
import { expect, it, onTestFinished } from 'vitest'
import { bin, lading } from './support/lading.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

it('runs the example of the README', async () => {
  const directory = await temporaryDirectory()
  const example = /```js\n([^]*?)```/.exec(readme)?.[1] ?? ''
  writeFileSync(join(directory, 'example.mjs'), example)
  writeFileSync(join(directory, 'lading'), `#!/bin/sh\nexec '${process.execPath}' '${bin}' "$@"\n`, { mode: 0o755 })
  const registry = await startTestRegistry()
  onTestFinished(() => registry.close())
  const { digest, layers } = await registry.seed(image('t/app:1').layer({ a: 'a' }))
  const env = { PATH: `${directory}:${process.env['PATH']}`, LADING_ROOT: join(directory, 'store') }

  const pulled = await lading([`${registry.host}/t/app:1`], {
    env,
    node: [process.execPath, join(directory, 'example.mjs')],
  })
  expect(pulled).toEqual({ code: 0, stdout: `layer ${layers[0]?.digest.slice(7, 19)}\ndigest ${digest}\n`, stderr: '' })

  const failed = await lading([`${registry.host}/t/app:none`], {
    env,
    node: [process.execPath, join(directory, 'example.mjs')],
  })
  expect(failed.stdout).toMatch(/^MANIFEST_UNKNOWN .*t\/app:none/)
})
