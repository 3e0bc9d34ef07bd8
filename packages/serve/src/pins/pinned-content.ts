import { walk, type Source } from '@lading/content'
import type { Digest } from '@lading/digest'
import type { Descriptor } from '@lading/manifest'
import type { Reference } from '@lading/reference'
import type { Pins } from './pins.ts'

export interface PinnedContentParts {
  readonly pins: Pick<Pins, 'list'>
  /** What a reference stands for here, as it was asked for last; `undefined`: it was never here. */
  readonly resolve: (reference: Reference) => Promise<Descriptor | undefined>
  /** Of the content that is here. */
  readonly source: Pick<Source, 'document'>
}

/** What pins keep: what each stands for, and all that this names. What cannot be read keeps itself alone. */
export async function pinnedContent({ pins, resolve, source }: PinnedContentParts): Promise<ReadonlySet<Digest>> {
  const kept = new Set<Digest>()
  for (const reference of await pins.list()) for (const digest of await reached(reference)) kept.add(digest)
  return kept

  async function reached(reference: Reference): Promise<ReadonlySet<Digest>> {
    const target = await resolve(reference)
    const digests = new Set<Digest>()
    if (target === undefined) return digests
    digests.add(target.digest)
    try {
      for await (const { descriptor } of walk(source, target, { forgive: () => true })) digests.add(descriptor.digest)
    } catch {
      // Damaged, or gone: whoever asks for it next fetches it anew.
    }
    return digests
  }
}
