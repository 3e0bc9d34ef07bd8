import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

/** The first example of a package's README runs as it stands, and prints what the comments beside `console.log` say. */
export function testReadmeExample(test: { readonly url: string }): void {
  it('the example in the README runs, and prints what its comments say', () => {
    const readme = readFileSync(new URL('../README.md', test.url), 'utf8')
    const example = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? ''
    const promised = Array.from(example.matchAll(/console\.log\(.*\) *\/\/ (.*)/g), ([, comment]) => comment)
    expect(promised).not.toEqual([])
    const printed = execFileSync(
      process.execPath,
      ['--conditions=@lading/source', '--input-type=module-typescript', '--eval', example],
      { cwd: fileURLToPath(new URL('..', test.url)), encoding: 'utf8' },
    )
    expect(printed.trimEnd().split('\n')).toEqual(promised)
  })
}
