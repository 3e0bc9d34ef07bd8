import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

it('the example in the README runs, and prints what its comments say', () => {
  const example = /```ts\n(.*?)```/s.exec(readFileSync(new URL('../README.md', import.meta.url), 'utf8'))?.[1] ?? ''
  const promised = Array.from(example.matchAll(/console\.log\(.*\) *\/\/ (.*)/g), ([, comment]) => comment)
  expect(promised).not.toEqual([])
  const printed = execFileSync(
    process.execPath,
    ['--conditions=@lading/source', '--input-type=module-typescript', '--eval', example],
    { cwd: fileURLToPath(new URL('..', import.meta.url)), encoding: 'utf8' },
  )
  expect(printed.trimEnd().split('\n')).toEqual(promised)
})
