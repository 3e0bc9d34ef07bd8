import { printable } from '@lading/errors'
import { ImageError } from './image-error.ts'

/**
 * The meaning of the name of a layer's entry (image-spec, layer.md, "Whiteouts").
 *
 * - `entry`: a file of the layer at `path`.
 * - `whiteout`: what lower layers have at `path` is hidden, with everything below it. It does not hide files of its own layer.
 * - `opaque`: what lower layers have below the directory `path` is hidden.
 * - `metadata`: a file of AUFS itself (`.wh..wh.plnk`, `.wh..wh.aufs` …) at `path`. It is not in the image, though a hard link
 *   of the same layer may point to it.
 */
export interface LayerName {
  readonly kind: 'entry' | 'whiteout' | 'opaque' | 'metadata'
  /** From the root, without a slash at its beginning or end, without `.` and `..`; empty for the root itself. */
  readonly path: Uint8Array
  /** The path's parts: views of `path` or of the name. */
  readonly components: readonly Uint8Array[]
}

const slash = 0x2f
const dot = 0x2e
const none = new Uint8Array(0)

/** `.wh.` */
const prefix = new Uint8Array([dot, 0x77, 0x68, dot])
/** `.wh..wh.` */
const metaPrefix = new Uint8Array([...prefix, ...prefix])
/** `.wh..wh..opq` */
const opaque = new Uint8Array([...metaPrefix, dot, 0x6f, 0x70, 0x71])

/**
 * Parses an entry's name in a layer. Names are bytes: invalid UTF-8 is kept. As in docker, containerd and umoci, an
 * absolute name is relative to the image's root, and `.`, empty parts and a `..` that stays inside are removed.
 *
 * @throws ImageError `LAYER_NAME_INVALID` for a name that points above the root, contains a NUL byte, is below a whiteout, or is a whiteout without a name
 * (`.wh.`), of `.` or of `..`
 */
export function parseLayerName(name: Uint8Array): LayerName {
  const components = cleanName(name)
  const last = components.at(-1)
  if (last === undefined) return { kind: 'entry', path: none, components }
  const parents = components.slice(0, -1)
  const isMetadata = components.some((component) => startsWith(component, metaPrefix))
  if (!isMetadata && parents.some((part) => startsWith(part, prefix))) throw invalid(name, 'is below a whiteout')
  if (!isMetadata && !startsWith(last, prefix)) return { kind: 'entry', path: joinName(components), components }
  if (
    last.length === opaque.length &&
    startsWith(last, opaque) &&
    !parents.some((part) => startsWith(part, metaPrefix))
  )
    return { kind: 'opaque', path: joinName(parents), components: parents }
  if (isMetadata) return { kind: 'metadata', path: joinName(components), components }
  const hidden = last.subarray(prefix.length)
  if (hidden.length === 0 || isDots(hidden)) throw invalid(name, 'is a whiteout without a name')
  const path = [...parents, hidden]
  return { kind: 'whiteout', path: joinName(path), components: path }
}

/**
 * The parts of a path inside an image, cleaned as in `parseLayerName`, without a meaning for whiteouts: for a hard link's
 * target.
 *
 * @throws ImageError `LAYER_NAME_INVALID` for a path that points above the root, or contains a NUL byte
 */
export function cleanName(name: Uint8Array): Uint8Array[] {
  if (name.includes(0)) throw invalid(name, 'contains a NUL byte')
  const components: Uint8Array[] = []
  for (let start = 0; start <= name.length;) {
    const next = name.indexOf(slash, start)
    const end = next === -1 ? name.length : next
    const part = name.subarray(start, end)
    start = end + 1
    if (part.length === 0 || (part.length === 1 && part[0] === dot)) continue
    if (!isDots(part)) components.push(part)
    else if (components.pop() === undefined) throw invalid(name, 'points above the root')
  }
  return components
}

/** A path of its parts. */
export function joinName(components: readonly Uint8Array[]): Uint8Array {
  const [first] = components
  if (first === undefined) return none
  if (components.length === 1) return first
  const length = components.reduce((sum, part) => sum + part.length + 1, -1)
  const path = new Uint8Array(length)
  let at = 0
  for (const part of components) {
    path.set(part, at)
    at += part.length
    if (at < length) path[at++] = slash
  }
  return path
}

/** `.` or `..` */
const isDots = (part: Uint8Array): boolean =>
  part[0] === dot && (part.length === 1 || (part.length === 2 && part[1] === dot))

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  for (let at = 0; at < start.length; at++) if (bytes[at] !== start[at]) return false
  return true
}

const invalid = (name: Uint8Array, why: string): ImageError =>
  new ImageError('LAYER_NAME_INVALID', `the name "${printable(new TextDecoder().decode(name), 200)}" ${why}`, {
    hint: 'ordinary tools do not write such a name: build the image again, or do not trust it',
  })
