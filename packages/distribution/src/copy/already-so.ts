import type { AbortOptions } from '@lading/clock'
import type { Delivery, Source } from '@lading/content'
import { isSchema1Type, type Descriptor } from '@lading/manifest'
import type { Copied, CopyOptions } from './copy-options.ts'

/**
 * Whether it is worth asking the target before anything is read: documents of a registry cost a request each, and what is
 * asked for may be what the names point to already. Whoever chooses, converts or wants to hear of each content has to
 * have them read.
 */
export function mayAskFirst(source: Pick<Source, 'origin'>, root: Descriptor, options: CopyOptions): boolean {
  const { platforms, onlyPresent, includeForeign, format, compression, verify, hooks } = options
  const changes = platforms !== undefined || onlyPresent === true || format !== undefined || compression !== undefined
  const wantsAll = includeForeign === true || verify !== undefined || hooks?.skipped !== undefined
  return source.origin !== undefined && !changes && !wantsAll && !isSchema1Type(root.mediaType)
}

/** What there is to say of a copy that was there as a whole, with its names. */
export async function alreadySo(
  delivery: Delivery,
  target: Descriptor,
  { names = [], signal }: Pick<CopyOptions, 'names'> & AbortOptions,
): Promise<Copied | undefined> {
  if ((await delivery.isPublished?.({ target, names }, { signal })) !== true) return undefined
  return { target, made: false, status: 'unchanged', sent: { blobs: 0, bytes: 0 }, mounted: 0, here: 0, skipped: 0 }
}
