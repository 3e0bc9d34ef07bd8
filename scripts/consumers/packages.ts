import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisedBy } from '../../test/support/promised-by.ts'

/** A package as somebody meets it: its name, what its README says to install, and its first example. */
export interface Published {
  readonly name: string
  /** `packages/digest` */
  readonly path: string
  /** What the README's first `npm install` names. */
  readonly install: readonly string[]
  readonly example: { readonly language: 'ts' | 'js'; readonly code: string }
  /** What the example promises to print, line by line. */
  readonly promised: readonly string[]
  /** `@lading/digest`, `@lading/digest/hash`: what can be imported. */
  readonly entries: readonly string[]
  /** Whether its types speak of Node's. */
  readonly wantsNodeTypes: boolean
}

interface PackageJson {
  readonly name: string
  readonly private?: boolean
  readonly exports: Record<string, unknown>
  readonly peerDependencies?: Record<string, string>
}

/** `@lading/store` has its project in `store`. */
export const folderOf = (name: string): string => name.replace('@lading/', '')

/** Everything that is published. */
export function readPublished(): readonly Published[] {
  return ['packages', 'apps']
    .flatMap((group) => readdirSync(group).map((room) => join(group, room)))
    .filter((path) => existsSync(join(path, 'package.json')) && !isPrivate(path))
    .map(read)
}

const isPrivate = (path: string): boolean =>
  (JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as PackageJson).private === true

function read(path: string): Published {
  const { name, exports, peerDependencies } = JSON.parse(
    readFileSync(join(path, 'package.json'), 'utf8'),
  ) as PackageJson
  const readme = readFileSync(join(path, 'README.md'), 'utf8')
  const [, install = ''] = /npm install (?:--save-dev |--global )?([^\n#]*)/.exec(readme) ?? []
  const [, language = 'ts', code = ''] = /```(ts|js)\n(.*?)```/s.exec(readme) ?? []
  if (install === '' || code === '') throw new Error(`${path}/README.md has no \`npm install\` or no example`)
  return {
    name,
    path,
    install: install.trim().split(/\s+/),
    example: { language: language as 'ts' | 'js', code },
    promised: promisedBy(code),
    entries: Object.keys(exports)
      .filter((entry) => entry !== './package.json')
      .map((entry) => name + entry.slice(1)),
    wantsNodeTypes: peerDependencies?.['@types/node'] !== undefined,
  }
}
