import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

it('the example in the README runs, and prints what the comments below it say', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const example = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? ''
  const promised = Array.from(example.matchAll(/^\/\/ (.*)$/gm), ([, line]) => line)
  expect(promised).not.toEqual([])
  const printed = execFileSync(
    process.execPath,
    ['--conditions=@lading/source', '--input-type=module-typescript', '--eval', example],
    { cwd: fileURLToPath(new URL('..', import.meta.url)), encoding: 'utf8' },
  )
  expect(printed.trimEnd().split('\n')).toEqual(promised)
})
