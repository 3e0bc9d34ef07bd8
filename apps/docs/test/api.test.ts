import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { docstringToMarkdown } from '../src/api/docstring.ts'
import { createReadExports } from '../src/api/exports.ts'

it('follows exports to their declarations, without bodies and private members', () => {
  const directory = mkdtempSync(join(tmpdir(), 'lading-api-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const write = (name: string, text: string): void => writeFileSync(join(directory, name), text)
  write(
    'index.ts',
    `import { late } from './b.ts'\nexport { open as openIt, type Options } from './a.ts'\nexport type { Other } from '@lading/other'\nexport { late }\n`,
  )
  write(
    'a.ts',
    `/** Not this. */\nconst hidden = 1\n\n/**\n * Opens it.\n *\n * @param name what\n * @throws never\n */\nexport function open(name: string): void {\n  hidden\n}\n\nexport interface Options {\n  /** How. */\n  readonly how: string\n}\n`,
  )
  write('b.ts', `/** Late. */\nexport class late {\n  #own = 1\n  readonly code: string = 'x'\n  say(): void {}\n}\n`)
  const { declarations, borrowed } = createReadExports()(join(directory, 'index.ts'))
  expect(declarations).toEqual([
    {
      name: 'openIt',
      kind: 'function',
      docs: 'Opens it.\n\n@param name what\n@throws never',
      signature: 'function open(name: string): void',
    },
    {
      name: 'Options',
      kind: 'interface',
      docs: '',
      signature: 'interface Options {\n  /** How. */\n  readonly how: string\n}',
    },
    {
      name: 'late',
      kind: 'class',
      docs: 'Late.',
      signature: 'class late {\n  readonly code: string\n  say(): void\n}',
    },
  ])
  expect(borrowed).toEqual([{ name: 'Other', from: '@lading/other' }])
  write('index.ts', `export { none } from './a.ts'\n`)
  expect(() => createReadExports()(join(directory, 'index.ts'))).toThrow('does not declare none')
})

it('writes what a docstring says of parameters and errors as a list', () => {
  expect(docstringToMarkdown('Opens it.\n\n@param options.how in\n  which way\n@throws `X` when not')).toBe(
    'Opens it.\n\n- `options.how`: in which way\n- *throws* `X` when not',
  )
})
