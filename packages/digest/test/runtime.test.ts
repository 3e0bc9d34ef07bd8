import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const importsOf = (file: URL): string[] =>
  Array.from(
    readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g),
    ([, specifier = '']) => specifier,
  )

/** What the files reachable from the entry import from outside the package. */
function outsideImports(entry: URL, seen: Set<string> = new Set()): Set<string> {
  const outside = new Set<string>()
  if (seen.has(entry.href)) return outside
  seen.add(entry.href)
  for (const specifier of importsOf(entry)) {
    if (specifier.startsWith('.'))
      for (const further of outsideImports(new URL(specifier, entry), seen)) outside.add(further)
    else outside.add(specifier)
  }
  return outside
}

it('the text entry needs no Node, so that it runs wherever JavaScript runs', () => {
  expect(Array.from(outsideImports(new URL('../src/index.ts', import.meta.url)))).toEqual(['@lading/errors'])
})

it('the hash entry has its engine chosen by the runtime, and one of the two needs no Node', () => {
  expect(Array.from(outsideImports(new URL('../src/hash/index.ts', import.meta.url))).toSorted()).toEqual([
    '#engine',
    '@lading/errors',
  ])
  expect(Array.from(outsideImports(new URL('../src/hash/engine-node.ts', import.meta.url)))).toEqual([
    '@lading/errors/needs-node',
    'node:crypto',
  ])
  expect(Array.from(outsideImports(new URL('../src/hash/engine-browser.ts', import.meta.url)))).toEqual([
    '@noble/hashes/sha2.js',
    '@noble/hashes/utils.js',
  ])
})

it('the text entry compiles where no type of Node is known', () => {
  const root = fileURLToPath(new URL('../../../', import.meta.url))
  const options = [
    '--noEmit',
    '--strict',
    '--exactOptionalPropertyTypes',
    '--noUncheckedIndexedAccess',
    '--types',
    '',
    '--lib',
    'es2024,webworker',
    '--target',
    'es2024',
    '--module',
    'nodenext',
    '--customConditions',
    '@lading/source',
    '--allowImportingTsExtensions',
    '--ignoreConfig',
  ]
  // The package builds with the types of Node, because of its other entry; the compiler prints what it finds, and fails.
  expect(
    execFileSync(
      process.execPath,
      [
        `${root}node_modules/typescript/bin/tsc`,
        ...options,
        fileURLToPath(new URL('../src/index.ts', import.meta.url)),
      ],
      { cwd: root, encoding: 'utf8' },
    ),
  ).toBe('')
})
