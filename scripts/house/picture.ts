import type { Package } from './packages.ts'
import { foundation, type Room } from './table.ts'

/** What is not called after its room in `@lading/`. */
const published: Readonly<Record<string, string>> = { cli: 'lading', docs: 'apps/docs' }

const titles: Readonly<Record<string, string>> = { cli: 'lading', 'test-registry': 'test-registry' }

/** The floors as a mermaid diagram. An arrow is an import of the code; what an arrow's target imports in turn has none. */
export function drawPicture(rooms: readonly Room[], packages: readonly Package[]): string {
  const floors = [...new Set(rooms.map(({ floor }) => floor))].toSorted((one, other) => other - one)
  const imports = new Map(packages.map((each) => [each.room, each.imports]))
  return [
    '```mermaid',
    'flowchart TD',
    ...floors.flatMap((floor) => [
      `  subgraph f${floor} [floor ${floor}]`,
      ...rooms.filter((room) => room.floor === floor).map(({ name }) => `    ${name}["${titles[name] ?? name}"]`),
      '  end',
    ]),
    ...rooms.flatMap(({ name }) => direct(name, imports).map((target) => `  ${name} --> ${target}`)),
    '```',
  ].join('\n')
}

/** The imports of a room that no other import of it has already. */
function direct(room: string, imports: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const own = imports.get(room) ?? []
  const below = new Set(own.flatMap((each) => [...reached(each, imports)]))
  return own.filter((each) => !below.has(each)).toSorted()
}

function reached(room: string, imports: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const all = new Set<string>()
  const visit = (each: string): void => {
    for (const target of imports.get(each) ?? [])
      if (!all.has(target)) {
        all.add(target)
        visit(target)
      }
  }
  visit(room)
  return all
}

/** The rooms as a Markdown table. */
export function drawTable(rooms: readonly Room[]): string {
  const above = `${foundation.slice(0, -1).join(', ')} and ${foundation.at(-1)}`
  return [
    `| package | floor | one sentence | may import (above floor 0 also ${above}) |`,
    '|---|---|---|---|',
    ...rooms.map(
      ({ name, floor, sentence, mayImport }) =>
        `| \`${published[name] ?? `@lading/${name}`}\` | ${floor} | ${sentence} | ${
          mayImport === 'all below' ? 'all below' : mayImport.length === 0 ? '–' : mayImport.join(', ')
        } |`,
    ),
  ].join('\n')
}
