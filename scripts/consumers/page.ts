import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dependenciesIn, importTime, sizeOf, type Size } from './measure.ts'
import { folderOf, type Published } from './packages.ts'

export interface Row {
  readonly name: string
  readonly own: Size
  readonly whole: Size
  readonly dependencies: { readonly ours: number; readonly others: number }
  readonly importMs: number
}

/** What npm has installed of a package, its README's other packages left out of no sum: they are what it takes to use it. */
export function measure({ name }: Published, node: string, root: string): Row {
  const folder = join(root, folderOf(name))
  const modules = join(folder, 'node_modules')
  const runs = name !== 'lading'
  return {
    name,
    own: sizeOf(join(modules, name)),
    whole: sizeOf(modules),
    dependencies: dependenciesIn(modules, name),
    importMs: runs ? importTime(node, folder, name) : 0,
  }
}

const page = 'docs/packages.md'
const drawn = /(<!-- written by scripts\/consumers -->\n)(.*?)(\n<!-- written to here -->)/s

/** Writes the table of the page anew. */
export function writePage(rows: readonly Row[]): void {
  const table = [
    '| package | its own | files | installed with all it needs | files | dependencies, ours and others | import, CPU |',
    '|---|---|---|---|---|---|---|',
    ...rows
      .toSorted((one, other) => one.own.bytes - other.own.bytes)
      .map(
        ({ name, own, whole, dependencies: { ours, others }, importMs }) =>
          `| \`${name}\` | ${kilobytes(own.bytes)} | ${own.files} | ${kilobytes(whole.bytes)} | ${whole.files} | ${ours}, ${others} | ${name === 'lading' ? '–' : `${Math.round(importMs)} ms`} |`,
      ),
  ].join('\n')
  const before = readFileSync(page, 'utf8')
  if (!drawn.test(before)) throw new Error(`${page} does not say where the table is to be written`)
  writeFileSync(
    page,
    before.replace(drawn, (_, start: string, _old, end: string) => `${start}\n${table}\n${end}`),
  )
}

const kilobytes = (bytes: number): string => `${Math.round(bytes / 1000)} kB`
