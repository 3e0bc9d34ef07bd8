import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const here = new URL('.', import.meta.url)
const rows = readFileSync(new URL('README.md', here), 'utf8')
  .split('\n')
  .filter((line) => /^\| [CR][0-9]/.test(line))
const file = (name: string): string => readFileSync(new URL(name.includes('/') ? `../../${name}` : name, here), 'utf8')

it.each(rows.map((row) => [row.split('|')[1]?.trim(), row] as const))(
  'the table of advisories is right about %s',
  (_row, line) => {
    const [, , advisories = '', files = ''] = line.split('|')
    const named = [...files.matchAll(/`([^`]+)`/g)].map(([, name = '']) => file(name))
    expect(named.length).toBeGreaterThan(0)
    // `it` or `describe` has the id in its name, or a row of its table.
    const names = named
      .join('\n')
      // A long name stands on the line after its bracket.
      .replaceAll(/\(\n\s+/g, '(')
      .split('\n')
      .filter((each) => /\b(?:it|describe)\b|\]\)\('/.test(each))
      .join('\n')
    for (const id of advisories.match(/CVE-[0-9-]+|GHSA(?:-[a-z0-9]{4}){3}/g) ?? []) expect(names, id).toContain(id)
  },
)
