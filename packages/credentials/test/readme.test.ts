import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { makeHome } from './support/home.ts'

it('the example in the README runs, and prints what its comments say', async () => {
  const home = await makeHome()
  const example = /```ts\n(.*?)```/s.exec(await readFile(new URL('../README.md', import.meta.url), 'utf8'))?.[1] ?? ''
  const promised = Array.from(example.matchAll(/console\.log\(.*\) *\/\/ (.*)/g), ([, comment]) => comment)
  const here = example.replace("'./credentials-example'", JSON.stringify(home.path('docker')))
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=@lading/source', '--input-type=module-typescript', '--eval', here],
    { cwd: fileURLToPath(new URL('..', import.meta.url)), encoding: 'utf8', env: { ...home.env } },
  )
  expect(promised).toHaveLength(2)
  expect(stdout.trimEnd().split('\n')).toEqual(promised)
})
