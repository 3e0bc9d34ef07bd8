import { cleanName, parseLayerName, type LayerName } from '@lading/image'
import { latin1 } from '../tree/latin1.ts'
import type { NameBytes } from '../tree/node.ts'

/** What an entry is about: `name` in the directory that `parents` lead to; `undefined`: the root itself. */
export interface EntryName {
  readonly kind: LayerName['kind']
  readonly parents: readonly NameBytes[]
  readonly name: NameBytes | undefined
}

/** What has one of these has to be looked at more closely. */
const unusual = /^\/|\/\/|(?:^|\/)\.{1,2}(?:\/|$)|(?:^|\/)\.wh\.|\0/

/**
 * The same as `parseLayerName` of `@lading/image`, for which most names have to be split and no more.
 *
 * @throws ImageError `LAYER_NAME_INVALID`
 */
export function parseEntryName(name: Uint8Array): EntryName {
  const text = latin1(name)
  if (!unusual.test(text)) {
    const parts = text.split('/')
    if (parts.at(-1) === '') parts.pop()
    const last = parts.pop()
    return { kind: 'entry', parents: parts, name: last }
  }
  const { kind, components } = parseLayerName(name)
  const parts = components.map(latin1)
  const last = kind === 'opaque' ? undefined : parts.pop()
  return { kind, parents: parts, name: last }
}

/** A hard link's target. @throws ImageError `LAYER_NAME_INVALID` */
export function parseLinkName(name: Uint8Array): EntryName {
  const parts = cleanName(name).map(latin1)
  const last = parts.pop()
  return { kind: 'entry', parents: parts, name: last }
}
