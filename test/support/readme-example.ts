import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { promisedBy } from './promised-by.ts'

/**
 * The first example of a package's README runs as it stands, and prints what its comments say. Directories that it names
 * (`./images`) are elsewhere here.
 */
export function testReadmeExample(test: { readonly url: string }): void {
  it('the example in the README runs, and prints what its comments say', () => {
    const readme = readFileSync(new URL('../README.md', test.url), 'utf8')
    const example = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? ''
    const promised = promisedBy(example)
    expect(promised).not.toEqual([])
    const directory = mkdtempSync(join(tmpdir(), 'lading-readme-'))
    try {
      const printed = execFileSync(
        process.execPath,
        [
          '--conditions=@lading/source',
          '--input-type=module-typescript',
          '--eval',
          example.replaceAll(/(['`])\.\/(?=images|layout)/g, `$1${directory}/`),
        ],
        { cwd: fileURLToPath(new URL('..', test.url)), encoding: 'utf8' },
      )
      expect(printed.trimEnd().split('\n')).toEqual(promised)
    } finally {
      rmSync(directory, { recursive: true })
    }
  })
}
