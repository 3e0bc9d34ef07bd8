import { printable } from '@lading/errors'
import { memberPath } from '../json/json-path.ts'
import { ManifestError } from '../manifest-error.ts'
import { foldName } from './fold-name.ts'

/** The members that decoders of a structure interpret. */
export interface KnownNames {
  readonly names: ReadonlySet<string>
  readonly folded: ReadonlySet<string>
}

export const knownNames = (...names: readonly string[]): KnownNames => ({
  names: new Set(names),
  folded: new Set(names.map(foldName)),
})

/**
 * Go's decoders fold case when they look a member up: with `layers` and `Layers` in one object, two readers see two images.
 *
 * @throws ManifestError `JSON_DUPLICATE`
 */
export function refuseFoldedDuplicates(object: object, path: string, known: KnownNames): void {
  const names = Object.keys(object)
  // No two members have one name here, so without a name that is spelled in another way there is nothing to compare.
  if (names.every((name) => known.names.has(name) || !known.folded.has(foldName(name)))) return
  const seen = new Map<string, string>()
  for (const name of names) {
    const folded = foldName(name)
    if (!known.folded.has(folded)) continue
    const other = seen.get(folded)
    if (other !== undefined) {
      throw new ManifestError(
        'JSON_DUPLICATE',
        `${path} has both "${printable(other, 64)}" and "${printable(name, 64)}"`,
        {
          at: memberPath(path, name),
          hint: 'two readers of this document may see different content; have it built again',
        },
      )
    }
    seen.set(folded, name)
  }
}
