// Holds the table of the house against the code: who may import whom, and docs/architecture.md, which shows it.
// Undeclared and relative imports across packages already fail in tsc; this checks what is declared.
// `node scripts/check-house.ts --write` draws the page anew.
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { readPackages, type Package } from './house/packages.ts'
import { drawPicture, drawTable } from './house/picture.ts'
import { entriesOf, nameOf, publishedProblems, unknownNames, unplannedNames } from './house/published.ts'
import { allowedIn, rooms, testsMayUse } from './house/table.ts'

const page = 'docs/architecture.md'
const drawn = /(<!-- drawn by scripts\/check-house\.ts -->\n)(.*?)(\n<!-- drawn to here -->)/s

const packages = readPackages()
const problems = [...packages.flatMap(problemsOf), ...emptyRooms(), ...checkPage(), ...checkNames()]
for (const problem of problems) process.stderr.write(`${problem}\n`)
if (problems.length > 0) process.exitCode = 1

function problemsOf({
  room,
  path,
  imports,
  testImports,
  references,
  outside,
  sideEffects,
  isPrivate,
}: Package): string[] {
  const entry = rooms.find(({ name }) => name === room)
  if (entry === undefined) return [`${path} is not in the table of the house (scripts/house/table.ts)`]
  const allowed = allowedIn(entry)
  const allowedInTests = entry.floor >= 2 ? [...allowed, ...testsMayUse] : allowed
  const missing = imports.filter((name) => !references.includes(name))
  const surplus = references.filter((name) => !imports.includes(name))
  const mostOutside = room === 'cli' ? 0 : 2
  return [
    ...imports
      .filter((name) => !allowed.includes(name))
      .map((name) => `${path} depends on ${name}, which the table does not allow`),
    ...testImports
      .filter((name) => !allowedInTests.includes(name))
      .map((name) => `${path} tests with ${name}, which the table does not allow`),
    ...(missing.length > 0 ? [`${path}/tsconfig.json does not reference ${missing.join(', ')}`] : []),
    ...(surplus.length > 0
      ? [`${path}/tsconfig.json references ${surplus.join(', ')}, which package.json does not declare`]
      : []),
    ...(outside.length > mostOutside
      ? [`${path} has ${outside.length} runtime dependencies from outside: ${outside.join(', ')}`]
      : []),
    ...(sideEffects === false ? [] : [`${path} does not say sideEffects: false`]),
    ...(isPrivate ? ['README.md'] : ['README.md', 'LICENSE'])
      .filter((file) => !existsSync(`${path}/${file}`))
      .map((file) => `${path} has no ${file}`),
    ...(isPrivate ? [] : publishedProblems(path)),
  ]
}

/** Documents name no package of ours, and no entry of one, that there is not. */
function checkNames(): string[] {
  const entries = new Set(packages.flatMap(({ path, isPrivate }) => (isPrivate ? [] : entriesOf(path))))
  const documents = globSync(['*.md', 'docs/**/*.md', 'packages/*/README.md', 'apps/*/README.md', '.changeset/*.md'])
  return [
    ...documents.flatMap((document) => unknownNames(document, entries)),
    ...unplannedNames(
      'docs/releasing.md',
      packages.filter(({ isPrivate }) => !isPrivate).map(({ path }) => nameOf(path)),
    ),
  ]
}

function emptyRooms(): string[] {
  return rooms
    .filter(({ name }) => !packages.some(({ room }) => room === name))
    .map(({ name }) => `${name} is in the table of the house (scripts/house/table.ts), and there is no such package`)
}

function checkPage(): string[] {
  const now = readFileSync(page, 'utf8')
  const right = now.replace(
    drawn,
    (_, before: string, _old, after: string) =>
      `${before}\n${drawPicture(rooms, packages)}\n\n${drawTable(rooms)}\n${after}`,
  )
  if (!drawn.test(now)) return [`${page} does not say where the house is to be drawn`]
  if (now === right) return []
  if (!process.argv.includes('--write'))
    return [`${page} does not show the house as it is: draw it with \`node scripts/check-house.ts --write\``]
  writeFileSync(page, right)
  return []
}
