import { algorithmOf, type Algorithm, type Digest } from '@lading/digest'
import type { ImageConfig, ImageManifest } from '@lading/manifest'
import type { Uncompressed } from './ports.ts'

/** The algorithms in which a config names the layers that one blob is. */
export function algorithmsFor(blob: Digest, { layers }: ImageManifest, { rootfs }: ImageConfig): readonly Algorithm[] {
  const names = rootfs.diffIds.filter((_, index) => layers[index]?.digest === blob)
  return [...new Set(names.map(algorithmOf))]
}

/** Every name of what a blob inflates to that is known. */
export const namesOf = ({ diffId, aliases = [] }: Uncompressed): readonly Digest[] => [diffId, ...aliases]

/** The name in one algorithm. */
export const nameIn = (inside: Uncompressed, algorithm: Algorithm): Digest | undefined =>
  namesOf(inside).find((name) => algorithmOf(name) === algorithm)

export const isNamedIn = (inside: Uncompressed, algorithms: readonly Algorithm[]): boolean =>
  algorithms.every((algorithm) => nameIn(inside, algorithm) !== undefined)
