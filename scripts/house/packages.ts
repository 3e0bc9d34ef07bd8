import { existsSync, readFileSync, readdirSync } from 'node:fs'

/** What a package's files declare. */
export interface Package {
  /** The folder's name: the room. */
  readonly room: string
  /** `packages/digest`. */
  readonly path: string
  /** Rooms that its code imports. An app is bundled, so the CLI's are its development dependencies. */
  readonly imports: readonly string[]
  /** Rooms that only its tests import. */
  readonly testImports: readonly string[]
  /** Rooms that its tsconfig.json references. */
  readonly references: readonly string[]
  /** Runtime dependencies from outside the repository. */
  readonly outside: readonly string[]
  readonly sideEffects: unknown
  /** It is never published. */
  readonly isPrivate: boolean
}

interface PackageJson {
  readonly private?: boolean
  readonly dependencies?: Record<string, string>
  readonly devDependencies?: Record<string, string>
  readonly sideEffects?: unknown
}

interface TsConfig {
  readonly references?: readonly { readonly path: string }[]
}

const scope = '@lading/'
const ours = (dependencies: Record<string, string> = {}): string[] =>
  Object.keys(dependencies)
    .filter((name) => name.startsWith(scope))
    .map((name) => name.slice(scope.length))

const read = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))

/** Every package and app of the workspace. */
export function readPackages(): readonly Package[] {
  return ['packages', 'apps'].flatMap((group) =>
    readdirSync(group)
      .filter((room) => existsSync(`${group}/${room}/package.json`))
      .map((room) => readPackage(room, `${group}/${room}`)),
  )
}

function readPackage(room: string, path: string): Package {
  const manifest = read(`${path}/package.json`) as PackageJson
  const { dependencies = {}, devDependencies, sideEffects } = manifest
  const references = ((read(`${path}/tsconfig.json`) as TsConfig).references ?? []).map(
    (reference) => reference.path.split('/').at(-1) ?? '',
  )
  const development = ours(devDependencies)
  const bundled = room === 'cli'
  return {
    room,
    path,
    imports: bundled ? development.filter((name) => name !== 'test-registry') : ours(dependencies),
    testImports: bundled ? development.filter((name) => name === 'test-registry') : development,
    references,
    outside: Object.keys(dependencies).filter((name) => !name.startsWith(scope)),
    sideEffects,
    isPrivate: manifest.private === true,
  }
}
