// Holds the table of the house (docs/architecture.md) against the code: who may import whom.
// Undeclared and relative imports across packages already fail in tsc; this checks what is declared.
import { existsSync, readFileSync, readdirSync } from 'node:fs'

const foundation = ['clock', 'errors', 'digest', 'reference']
const floors: Record<string, { floor: number; mayImport: readonly string[] | 'all below' }> = {
  clock: { floor: 0, mayImport: [] },
  errors: { floor: 0, mayImport: [] },
  digest: { floor: 0, mayImport: ['errors'] },
  reference: { floor: 0, mayImport: ['errors', 'digest'] },
  manifest: { floor: 1, mayImport: foundation },
  compression: { floor: 1, mayImport: foundation },
  content: { floor: 2, mayImport: [...foundation, 'manifest'] },
  credentials: { floor: 2, mayImport: foundation },
  transfer: { floor: 2, mayImport: foundation },
  'registry-client': { floor: 3, mayImport: [...foundation, 'manifest', 'content'] },
  'content-store': { floor: 3, mayImport: [...foundation, 'content'] },
  'image-store': { floor: 4, mayImport: [...foundation, 'content-store', 'manifest'] },
  'reference-store': { floor: 4, mayImport: [...foundation, 'content-store', 'manifest'] },
  'layer-store': { floor: 4, mayImport: [...foundation, 'content-store', 'compression'] },
  store: {
    floor: 5,
    mayImport: [
      ...foundation,
      'manifest',
      'compression',
      'content',
      'content-store',
      'image-store',
      'reference-store',
      'layer-store',
    ],
  },
  distribution: { floor: 6, mayImport: 'all below' },
  cli: { floor: 8, mayImport: 'all below' },
  'test-registry': { floor: 8, mayImport: [...foundation, 'manifest'] },
}
/** Tests from floor 2 up may use the test registry; the CLI is bundled, so what it contains are its development dependencies. */
const testsMayUse = ['test-registry']

interface PackageJson {
  readonly name: string
  readonly dependencies?: Record<string, string>
  readonly devDependencies?: Record<string, string>
  readonly scripts?: Record<string, string>
  readonly sideEffects?: boolean
}

interface TsConfig {
  readonly references?: readonly { readonly path: string }[]
}

const problems: string[] = []
const read = (path: string): PackageJson & TsConfig => JSON.parse(readFileSync(path, 'utf8')) as PackageJson & TsConfig
const ours = (dependencies: Record<string, string> = {}): string[] =>
  Object.keys(dependencies)
    .filter((name) => name.startsWith('@lading/'))
    .map((name) => name.slice('@lading/'.length))

for (const group of ['packages', 'apps']) {
  for (const room of readdirSync(group)) {
    const path = `${group}/${room}`
    if (!existsSync(`${path}/package.json`)) continue
    const entry = floors[room]
    if (entry === undefined) {
      problems.push(`${path} is not in the table of the house`)
      continue
    }
    const manifest = read(`${path}/package.json`)
    const lower = Object.keys(floors).filter((name) => (floors[name]?.floor ?? 9) < entry.floor)
    const allowed = entry.mayImport === 'all below' ? lower : entry.mayImport
    const runtime = ours(manifest.dependencies)
    for (const name of runtime)
      if (!allowed.includes(name)) problems.push(`${path} depends on ${name}, which the table does not allow`)
    for (const name of ours(manifest.devDependencies)) {
      const permitted =
        room === 'cli' ? [...lower, ...testsMayUse] : entry.floor >= 2 ? [...allowed, ...testsMayUse] : allowed
      if (!permitted.includes(name)) problems.push(`${path} tests with ${name}, which the table does not allow`)
    }
    const outside = Object.keys(manifest.dependencies ?? {}).filter((name) => !name.startsWith('@lading/'))
    if (outside.length > (room === 'cli' ? 0 : 2))
      problems.push(`${path} has ${outside.length} runtime dependencies from outside: ${outside.join(', ')}`)
    if (manifest.sideEffects !== false) problems.push(`${path} does not say sideEffects: false`)
    for (const file of ['README.md', 'LICENSE'])
      if (!existsSync(`${path}/${file}`)) problems.push(`${path} has no ${file}`)
    const references = (read(`${path}/tsconfig.json`).references ?? []).map(
      (reference) => reference.path.split('/').at(-1) ?? '',
    )
    const declared =
      room === 'cli' ? ours(manifest.devDependencies).filter((name) => name !== 'test-registry') : runtime
    const missing = declared.filter((name) => !references.includes(name))
    const surplus = references.filter((name) => !declared.includes(name))
    if (missing.length > 0) problems.push(`${path}/tsconfig.json does not reference ${missing.join(', ')}`)
    if (surplus.length > 0)
      problems.push(`${path}/tsconfig.json references ${surplus.join(', ')}, which package.json does not declare`)
  }
}

for (const problem of problems) process.stderr.write(`${problem}\n`)
if (problems.length > 0) process.exitCode = 1
