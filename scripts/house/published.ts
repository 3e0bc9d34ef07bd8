import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

interface PackageJson {
  readonly name: string
  readonly keywords?: readonly string[]
  readonly author?: string
  readonly files?: readonly string[]
  readonly exports: Record<string, unknown>
  readonly imports?: unknown
  readonly publishConfig?: { readonly exports?: unknown; readonly imports?: unknown }
}

const condition = '@lading/source'
const check = "import '@lading/errors/needs-node'\n"

/** What is wrong with a package for those who find it on npm. */
export function publishedProblems(path: string): readonly string[] {
  const {
    keywords = [],
    author,
    files = [],
    exports,
    imports,
    publishConfig,
  } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as PackageJson
  const wanted = JSON.stringify([withoutSource(exports), withoutSource(imports)])
  const published = JSON.stringify([publishConfig?.exports ?? exports, publishConfig?.imports ?? imports])
  return [
    ...(keywords.length >= 5 ? [] : [`${path} has hardly a keyword`]),
    ...(author === undefined ? [`${path} has no author`] : []),
    ...(files.includes('CHANGELOG.md') ? [] : [`${path} does not pack its CHANGELOG.md`]),
    // Sources are not packed: what leads to them must not be, either.
    ...(wanted === published ? [] : [`${path}: publishConfig must have exports and imports without "${condition}"`]),
    ...Object.values(exports).flatMap((entry) => entryProblems(path, entry)),
  ]
}

/** An entry that uses Node says first when that is too old. */
function entryProblems(path: string, entry: unknown): readonly string[] {
  if (typeof entry !== 'object' || entry === null) return []
  const file = join(path, (entry as Record<string, string>)[condition] ?? '')
  if (!reachesNode(file, new Set()) || readFileSync(file, 'utf8').startsWith(check)) return []
  return [`${file} reaches a module of Node, and does not begin with \`${check.trim()}\``]
}

const importLine = /^(?:import|export) (?!type\b)(?:[^'"]*? from )?'([^']+)'/gm

function reachesNode(file: string, seen: Set<string>): boolean {
  if (seen.has(file) || !file.endsWith('.ts') || !existsSync(file)) return false
  seen.add(file)
  return Array.from(readFileSync(file, 'utf8').matchAll(importLine), ([, target = '']) => target).some(
    (target) =>
      target.startsWith('node:') || (target.startsWith('.') && reachesNode(join(dirname(file), target), seen)),
  )
}

const withoutSource = (value: unknown): unknown =>
  typeof value === 'object' && value !== null
    ? Object.fromEntries(
        Object.entries(value).flatMap(([key, inner]) => (key === condition ? [] : [[key, withoutSource(inner)]])),
      )
    : value

/** Names that the plan of the first publication leaves out, or that nothing has. */
export function unplannedNames(document: string, published: readonly string[]): readonly string[] {
  const [, list = ''] = /must say 404 for each[^]*?\n\n([^\n]*)/.exec(readFileSync(document, 'utf8')) ?? []
  const named = Array.from(list.matchAll(/`([^`]+)`/g), ([, name = '']) => name)
  return [
    ...published.filter((name) => !named.includes(name)).map((name) => `${document} does not plan ${name}`),
    ...named.filter((name) => !published.includes(name)).map((name) => `${document} plans ${name}, which there is not`),
    ...named.filter((name, at) => named.indexOf(name) !== at).map((name) => `${document} plans ${name} twice`),
  ]
}

const ourNames = /@lading\/[a-z0-9-]+(?:\/[a-z0-9-]+)*/g

/** Names of ours in a document that lead to no entry. */
export function unknownNames(document: string, entries: ReadonlySet<string>): readonly string[] {
  const text = readFileSync(document, 'utf8')
  return [...new Set(text.match(ourNames) ?? [])]
    .filter((name) => !entries.has(name))
    .map((name) => `${document} speaks of ${name}, which there is not`)
}

export const nameOf = (path: string): string =>
  (JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as PackageJson).name

/** `@lading/digest`, `@lading/digest/hash`: everything that can be imported. */
export function entriesOf(path: string): readonly string[] {
  const { name, exports } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as PackageJson
  return Object.keys(exports).map((entry) => name + entry.slice(1))
}
