import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

it('the example in the README runs, and prints what its comments say', () => {
  const directory = mkdtempSync(join(tmpdir(), 'lading-readme-'))
  try {
    const example = /```ts\n(.*?)```/s.exec(readFileSync(new URL('../README.md', import.meta.url), 'utf8'))?.[1] ?? ''
    const promised = Array.from(example.matchAll(/console\.log\(.*\) *\/\/ (.*)/g), ([, comment]) => comment)
    expect(promised).not.toEqual([])
    const code = example.replaceAll('./layout', directory)
    const cwd = fileURLToPath(new URL('..', import.meta.url))
    const printed = execFileSync(
      process.execPath,
      ['--conditions=@lading/source', '--input-type=module-typescript', '--eval', code],
      { cwd, encoding: 'utf8' },
    )
    expect(printed.trimEnd().split('\n')).toEqual(promised)
  } finally {
    rmSync(directory, { recursive: true })
  }
})
