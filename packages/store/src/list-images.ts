import { createHeldFailure, guardListener, isLadingError, printable } from '@lading/errors'
import type { NamedTarget } from '@lading/reference-store'
import type { Parts } from './parts.ts'
import { rememberedImages } from './remembered-images.ts'
import { StoreError } from './store-error.ts'
import type { ImageSummary, Store } from './store.ts'
import { nameMembers, shownNames } from './summarize.ts'
import { isReadFailure } from './unusable.ts'

export function createListImages(parts: Parts): Store['images'] {
  return async ({ signal, onDamaged } = {}) => {
    const failure = createHeldFailure()
    const tell = guardListener(onDamaged, failure.hold)
    const remembered = await rememberedImages(parts)
    signal?.throwIfAborted()
    if (remembered.list !== undefined) return remembered.list
    const { names, stamp } = await namesOf(parts)
    const summaries: ImageSummary[] = []
    const damaged: { readonly named: NamedTarget; readonly error: unknown }[] = []
    for (const named of shownNames(names)) {
      signal?.throwIfAborted()
      try {
        const { image } = await remembered.get(named.target)
        if (image !== undefined) summaries.push({ ...nameMembers(named), ...image })
      } catch (error) {
        damaged.push({ named, error: asDamage(named, error) })
      }
    }
    await remembered.keep(damaged.length === 0 && stamp !== undefined ? { stamp, images: summaries } : undefined)
    if (damaged.length > 0) {
      // Readers hold no lock: what was removed or moved meanwhile was no damage.
      const now = new Map((await parts.references.list()).map(({ name, target }) => [name, target.digest]))
      for (const { named, error } of damaged)
        if (now.get(named.name) === named.target.digest) tell({ reference: named.name, error })
    }
    failure.release()
    return summaries
  }
}

async function namesOf({ references }: Pick<Parts, 'references'>): Promise<{
  readonly names: readonly NamedTarget[]
  readonly stamp?: string | undefined
}> {
  return (await references.listStamped?.()) ?? { names: await references.list() }
}

/** Documents that cannot be read as an image become a `StoreError`; what the system says about reading is no damage. */
function asDamage({ name, target }: NamedTarget, error: unknown): unknown {
  if (!isLadingError(error) || error.name === 'StoreError' || isReadFailure(error)) return error
  return new StoreError('IMAGE_DAMAGED', `${printable(name)}: ${error.message}`, {
    reference: name,
    digest: target.digest,
    cause: error,
    hint: 'pull it again, or remove it',
  })
}
