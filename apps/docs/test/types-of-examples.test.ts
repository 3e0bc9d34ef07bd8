import { spawnSync } from 'node:child_process'
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { enlarged, needs } from '../../../test/support/needs.ts'

const repository = fileURLToPath(new URL('../../../', import.meta.url))

/** TypeScript of a page, and the line of the page on which it begins (from 1). */
interface Example {
  readonly page: string
  readonly line: number
  readonly code: string
}

/** The blocks of a page. Blank lines stand for what is before a block, so that the lines of errors are those of the page. */
function blocksOf(page: string, text: string): readonly Example[] {
  return Array.from(text.matchAll(/^```ts\n(.*?)^```$/gms), ({ index, 1: code = '' }) => {
    const line = text.slice(0, index).split('\n').length + 1
    return { page, line, code: '\n'.repeat(line - 1) + code }
  })
}

/** The blocks of a page as one program, each on its own lines. */
function joined(blocks: readonly Example[]): readonly Example[] {
  const [first] = blocks
  if (first === undefined) return []
  const code = blocks.reduce((before, block) => before + block.code.slice(before.split('\n').length - 1), '')
  return [{ ...first, code }]
}

/** Each block of a guide is a program. The blocks of another page are one program together. */
const examples: readonly Example[] = globSync('docs/{*,guides/*}.md', { cwd: repository })
  .toSorted()
  .flatMap((page) => {
    const blocks = blocksOf(page, readFileSync(join(repository, page), 'utf8'))
    return page.startsWith('docs/guides/') ? blocks : joined(blocks)
  })

describe('the TypeScript of the documentation', needs(enlarged), () => {
  let directory: string

  beforeAll(() => {
    const cache = join(repository, 'node_modules/.cache')
    mkdirSync(cache, { recursive: true })
    directory = mkdtempSync(join(cache, 'examples-'))
    mkdirSync(join(directory, 'node_modules/@lading'), { recursive: true })
    for (const path of globSync('{packages/*,apps/test-registry}', { cwd: repository }))
      symlinkSync(join(repository, path), join(directory, 'node_modules/@lading', basename(path)))
    writeFileSync(join(directory, 'package.json'), '{"type":"module"}')
    writeFileSync(
      join(directory, 'tsconfig.json'),
      JSON.stringify({ extends: join(repository, 'tsconfig.json'), include: ['*.ts'] }),
    )
  })
  afterAll(() => rmSync(directory, { recursive: true }))

  /** What the compiler says of programs, with page and line in place of its own names. */
  function complaints(programs: readonly Example[]): string {
    for (const old of globSync('*.ts', { cwd: directory })) rmSync(join(directory, old))
    for (const [at, { code }] of programs.entries())
      writeFileSync(join(directory, `example-${at}.ts`), `${code}\nexport {}\n`)
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(repository, 'node_modules/typescript/bin/tsc'), '-p', directory, '--pretty', 'false'],
      { cwd: directory, encoding: 'utf8' },
    )
    const said = (stdout + stderr).replaceAll(
      /^example-(\d+)\.ts\((\d+),(\d+)\)/gm,
      (_, at: string, line: string, column: string) => `${programs[Number(at)]?.page}:${line}:${column}`,
    )
    return status === 0 ? said : said || `tsc ended with ${status}`
  }

  it('has the types of the packages', () => {
    expect(new Set(examples.map(({ page }) => page)).size).toBeGreaterThan(5)
    expect(complaints(examples)).toBe('')
  })

  it('is not held to be right when it is wrong, and the message names page and line', () => {
    const page = '# A page\n\n```ts\nimport { parse } from "node:path"\n```\n\nAnd:\n\n```ts\nparse(1)\n```\n'
    const wrong = [
      ...joined(blocksOf('docs/joined.md', page)),
      ...blocksOf('docs/guides/one.md', "```ts\nimport { noSuchName } from '@lading/digest'\nnoSuchName()\n```\n"),
    ]
    const said = complaints(wrong)
    expect(said).toContain('docs/joined.md:10:7: error TS2345')
    expect(said).toContain('docs/guides/one.md:2:10: error TS2305')
  })
})
