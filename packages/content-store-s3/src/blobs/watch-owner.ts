import type { AbortOptions, Clock } from '@lading/clock'
import type { Digest } from '@lading/digest'
import type { Objects } from '../objects.ts'
import { observeOwner, type Sighting } from '../protocol/observe-owner.ts'
import { bytesOf, run } from '../protocol/run.ts'
import type { Times } from '../times.ts'
import { parseBeat } from './owner-documents.ts'

/** Looks at the owner of a generation. `false`: nobody brings the blob any more in this generation. */
export type OwnerWatch = (generation: number, options?: AbortOptions) => Promise<boolean>

/** An observer's view of the owners of one blob. Its own monotonic clock alone decides: see `observeOwner`. */
export function watchOwner(
  objects: Objects,
  digest: Digest,
  { times: { deadMs }, clock }: { readonly times: Times; readonly clock: Clock },
): OwnerWatch {
  let before: Sighting | undefined
  return async (generation, options) => {
    const step = observeOwner(digest, generation, { before, deadMs, saidIn })
    const { lives, sighting } = await run(step, { objects, now: () => clock.now(), ...options })
    before = sighting
    return lives
  }
}

function saidIn(body: string | undefined): string | undefined {
  const beat = parseBeat(body === undefined ? undefined : bytesOf(body))
  if (beat === undefined) return ''
  return beat.state === 'going' ? `${beat.nonce} ${beat.count}` : undefined
}
