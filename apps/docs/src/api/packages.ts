import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createReadExports, type Exports } from './exports.ts'

/** A package and all that can be imported from it. */
export interface Documented {
  /** `@lading/tar`. */
  readonly name: string
  /** `tar`. */
  readonly folder: string
  readonly entries: readonly Entry[]
}

/** What one `import` reaches. */
export interface Entry {
  /** `@lading/digest/hash`. */
  readonly name: string
  readonly exports: Exports
}

interface PackageJson {
  readonly name: string
  readonly exports?: Record<string, string | { readonly '@lading/source'?: string }>
}

/** Every package of the repository that exports something. */
export function documentedPackages(root: string): readonly Documented[] {
  const readExports = createReadExports()
  return globSync('{packages,apps}/*/package.json', { cwd: root })
    .toSorted()
    .map((file): Documented => {
      const folder = dirname(file)
      const { name, exports = {} } = JSON.parse(readFileSync(join(root, file), 'utf8')) as PackageJson
      const entries = Object.entries(exports).flatMap(([entry, target]): Entry[] => {
        const source = typeof target === 'string' ? undefined : target['@lading/source']
        if (source === undefined) return []
        return [{ name: name + entry.slice(1), exports: readExports(join(root, folder, source)) }]
      })
      return { name, folder: folder.replace(/.*\//, ''), entries }
    })
    .filter(({ entries }) => entries.length > 0)
}
