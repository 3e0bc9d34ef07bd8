import { familiarString } from '@lading/reference'
import { findImage } from './find-images.ts'
import type { Parts } from './parts.ts'
import { StoreError } from './store-error.ts'
import type { Store } from './store.ts'

export function createTag(parts: Parts): Store['tag'] {
  return async (source, target, options) => {
    if (target.digest !== undefined) {
      throw new StoreError(
        'REFERENCE_HAS_DIGEST',
        `refusing to create a tag with a digest reference: ${familiarString(target)}`,
        { reference: String(target), hint: 'leave the digest out' },
      )
    }
    await parts.writable()
    await parts.references.update(async (names) => {
      const found = await findImage(parts, names.list(), source)
      const [first] = found.by === 'name' ? [found.named] : found.named
      if (first !== undefined) names.set(target, first.target)
    }, options)
  }
}
