import { algorithmOf, hexOf, type Digest } from '@lading/digest'
import type { Descriptor } from '@lading/manifest'
import type { Records } from '../contracts.ts'
import type { Place } from '../request/choose-upstream.ts'
import { openDescriptor, sealDescriptor } from './descriptor-record.ts'
import { keyOfPlace, nameOfPlace } from './place-key.ts'
import { createRemembered } from './remembered.ts'

/**
 * Which repository of an upstream has which content: only there is it served. Content is kept once for all repositories,
 * and whoever knows a digest must not get what the upstream would not give.
 */
export interface Proofs {
  /** What the upstream says of it; `undefined`: nothing is proved. */
  of(place: Place, kind: ProofKind, digest: Digest): Promise<Descriptor | undefined>
  add(place: Place, kind: ProofKind, descriptor: Descriptor): Promise<void>
}

/** A registry keeps manifests and blobs apart: one is not had by the address of the other. */
type ProofKind = 'manifests' | 'blobs'

/** An image has several: enough for 10,000 of them. */
const mostRemembered = 50_000

/** @param now milliseconds since the epoch */
export function createProofs(records: Records, now: () => number): Proofs {
  const remembered = createRemembered<Descriptor>(mostRemembered)
  async function of(place: Place, kind: ProofKind, digest: Digest): Promise<Descriptor | undefined> {
    const name = `${nameOfPlace(place)} ${kind} ${digest}`
    const known = remembered.get(name)
    if (known !== undefined) return known
    const found = openDescriptor(await records.get(keyOf(place, kind, digest)))
    if (found?.digest !== digest || found.beside['place'] !== nameOfPlace(place)) return undefined
    const { mediaType, size } = found
    const descriptor = { mediaType, digest, size }
    remembered.set(name, descriptor)
    return descriptor
  }

  return {
    of,
    async add(place, kind, { mediaType, digest, size }) {
      // Most of what is proved was proved before, and is read rather than written.
      const known = await of(place, kind, digest)
      if (known?.size === size && known.mediaType === mediaType) return
      remembered.set(`${nameOfPlace(place)} ${kind} ${digest}`, { mediaType, digest, size })
      await records.put(
        keyOf(place, kind, digest),
        sealDescriptor({ mediaType, digest, size }, { place: nameOfPlace(place), at: now() }),
      )
    },
  }
}

const keyOf = (place: Place, kind: ProofKind, digest: Digest): string =>
  ['proofs', keyOfPlace(place), kind, algorithmOf(digest), hexOf(digest)].join('/')
