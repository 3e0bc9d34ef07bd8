import { hexOf } from '@lading/digest'
import { digestOf } from '@lading/digest/hash'
import type { Place } from '../request/choose-upstream.ts'

/** Any text as a segment of a record's key. */
export const keyOfText = (text: string): string => hexOf(digestOf(new TextEncoder().encode(text)))

/** A repository of an upstream as a segment of a record's key. */
export const keyOfPlace = ({ upstream, repository }: Place): string => keyOfText(`${upstream.host}/${repository}`)
