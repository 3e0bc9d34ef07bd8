import { hexOf } from '@lading/digest'
import { digestOf } from '@lading/digest/hash'
import type { Place } from '../request/choose-upstream.ts'

/** Any text as a segment of a record's key. */
export const keyOfText = (text: string): string => hexOf(digestOf(new TextEncoder().encode(text)))

/**
 * A repository of an upstream, in records and in memory. What it says to who has credentials may be private, so that a
 * server which later asks it without them, or another one on the same store, begins with nothing known.
 */
export const nameOfPlace = ({ upstream, repository }: Place): string =>
  `${upstream.host}${upstream.withCredentials ? ',credentials' : ''}/${repository}`

/** The same as a segment of a record's key. */
export const keyOfPlace = (place: Place): string => keyOfText(nameOfPlace(place))
