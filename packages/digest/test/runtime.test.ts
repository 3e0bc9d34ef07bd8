import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const importsOf = (file: URL): string[] =>
  Array.from(readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g), ([, specifier = '']) => specifier)

/** What the files reachable from the entry import from outside the package. */
function outsideImports(entry: URL, seen: Set<string> = new Set()): Set<string> {
  const outside = new Set<string>()
  if (seen.has(entry.href)) return outside
  seen.add(entry.href)
  for (const specifier of importsOf(entry)) {
    if (specifier.startsWith('.')) for (const further of outsideImports(new URL(specifier, entry), seen)) outside.add(further)
    else outside.add(specifier)
  }
  return outside
}

it('the text entry needs no Node, so that it runs wherever JavaScript runs', () => {
  expect(Array.from(outsideImports(new URL('../src/index.ts', import.meta.url)))).toEqual(['@lading/errors'])
})

it('the hash entry is the one that does', () => {
  expect(Array.from(outsideImports(new URL('../src/hash/index.ts', import.meta.url))).toSorted()).toEqual(['@lading/errors', 'node:crypto'])
})
