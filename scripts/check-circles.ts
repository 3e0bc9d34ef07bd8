// No circle between the folders right below a package's `src/`, types counted. A file that lies there counts as a folder.
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'

/** For each folder the folders that it imports from, and one such import of each. */
type Graph = ReadonlyMap<string, ReadonlyMap<string, string>>

function importsBetweenFolders(src: string): Graph {
  const graph = new Map<string, Map<string, string>>()
  const folderOf = (file: string): string => relative(src, file).split(sep)[0] ?? ''
  for (const file of globSync(join(src, '**/*.{ts,tsx}'))) {
    const known = graph.get(folderOf(file)) ?? new Map<string, string>()
    graph.set(folderOf(file), known)
    for (const [, target = ''] of readFileSync(file, 'utf8').matchAll(/\b(?:from|import)\s*\(?\s*'(\.[^']+)'/g)) {
      const to = folderOf(resolve(dirname(file), target))
      if (to !== folderOf(file)) known.set(to, `  ${file} imports ${target}\n`)
    }
  }
  return graph
}

/** The shortest way from a folder back to itself; empty when there is none. */
function circleFrom(graph: Graph, start: string): readonly string[] {
  const ways = [[start]]
  for (const way of ways)
    for (const next of graph.get(way.at(-1) ?? '')?.keys() ?? []) {
      if (next === start) return [...way, start]
      if (!ways.some((other) => other.at(-1) === next)) ways.push([...way, next])
    }
  return []
}

for (const src of globSync(['packages/*/src', 'apps/*/src'])) {
  const graph = importsBetweenFolders(src)
  const circles = [...graph.keys()].map((folder) => circleFrom(graph, folder)).filter(({ length }) => length > 0)
  const [shortest] = circles.toSorted((one, other) => one.length - other.length)
  if (shortest === undefined) continue
  const imports = shortest.slice(1).map((to, at) => graph.get(shortest[at] ?? '')?.get(to))
  process.stderr.write(`a circle in ${src}: ${shortest.join(' > ')}\n${imports.join('')}`)
  process.exitCode = 1
}
