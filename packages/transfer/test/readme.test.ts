import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

it('runs the example of the README', () => {
  const root = fileURLToPath(new URL('..', import.meta.url))
  const example = /```ts\n([^]*?)```/.exec(readFileSync(`${root}/README.md`, 'utf8'))?.[1] ?? ''
  const output = execFileSync(
    process.execPath,
    ['--conditions=@lading/source', '--input-type=module-typescript', '--eval', example],
    { cwd: root, encoding: 'utf8' },
  )
  expect(output).toBe('50\n100\nall of it all of it\n')
})
