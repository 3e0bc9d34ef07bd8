import type { Digest } from '@lading/digest'
import { nextChainId } from '@lading/digest/hash'
import { readConfig } from './image-facts.ts'
import type { Parts } from './parts.ts'
import type { StoredImage } from './tree.ts'

/** From the config, or from the record where the config cannot be read; `undefined` where neither says. */
export async function diffIdsOf(
  { contents, images }: Parts,
  { manifest }: StoredImage,
): Promise<readonly Digest[] | undefined> {
  try {
    return (await readConfig(contents, manifest.config)).rootfs.diffIds
  } catch {
    return (await images.get(manifest.config.digest))?.diffIds
  }
}

/** The chainIDs of an image's layers, top first. */
export function chainIdsOf(diffIds: readonly Digest[]): readonly Digest[] {
  const chain: Digest[] = []
  for (const diffId of diffIds) chain.unshift(nextChainId(chain[0], diffId))
  return chain
}
