import { printable } from '@lading/errors'
import { ManifestError, type ManifestErrorCode } from '../manifest-error.ts'
import { byteLength } from './decode-utf8.ts'
import { itemPath, memberPath } from './json-path.ts'
import { scanString } from './scan-string.ts'

export interface ScanOptions {
  readonly maxDepth: number
  /** What a number becomes, from its text. */
  readonly number: (written: string) => unknown
}

type Frame =
  | { readonly kind: 'array'; readonly items: unknown[] }
  | { readonly kind: 'object'; readonly members: Record<string, unknown>; name: string | undefined }

const words: readonly (readonly [string, unknown])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
]

/**
 * One JSON text (RFC 8259), read once from left to right without recursion, so that neither time nor stack
 * depends on more than its length. Members that come twice are refused (RFC 7493 2.3).
 */
export function scanJson(text: string, options: ScanOptions): unknown {
  const numberAt = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
  const frames: Frame[] = []
  let at = 0

  function fail(what: string, where: number = at, code: ManifestErrorCode = 'JSON_INVALID', hint?: string): never {
    const path = printable(
      frames.reduce((above, frame) => {
        if (frame.kind === 'array') return itemPath(above, frame.items.length)
        return frame.name === undefined ? above : memberPath(above, frame.name)
      }, '$'),
      512,
    )
    const offset = byteLength(text.slice(0, where))
    throw new ManifestError(code, `${what} at byte ${offset} (${path})`, {
      at: path,
      offset,
      hint: hint ?? 'the document was damaged or is not JSON',
    })
  }

  function unexpected(wanted: string): never {
    if (at >= text.length) fail(`the document ends where ${wanted} should be`)
    const found = String.fromCodePoint(text.codePointAt(at) ?? 0)
    fail(
      `"${printable(found)}" where ${wanted} should be`,
      at,
      'JSON_INVALID',
      found === '<'
        ? "this looks like HTML: a proxy or a login page may have answered in the registry's place"
        : undefined,
    )
  }

  function skipSpace(): void {
    for (;;) {
      const unit = text.charCodeAt(at)
      if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return
      at++
    }
  }

  function string(): string {
    const scanned = scanString(text, at)
    if ('what' in scanned) fail(scanned.what, scanned.at)
    at = scanned.end
    return scanned.value
  }

  function memberName(frame: Frame & { kind: 'object' }): void {
    frame.name = undefined
    if (text[at] !== '"') unexpected('a member name')
    const start = at
    frame.name = string()
    if (frame.name in frame.members) {
      fail(
        `the member "${printable(frame.name, 64)}" comes twice`,
        start,
        'JSON_DUPLICATE',
        'two readers of this document may see different content; have it built again',
      )
    }
    skipSpace()
    if (text[at] !== ':') unexpected('":"')
    at++
  }

  function scalar(): unknown {
    if (text[at] === '"') return string()
    for (const [word, value] of words) {
      if (text.startsWith(word, at)) {
        at += word.length
        return value
      }
    }
    numberAt.lastIndex = at
    const written = numberAt.exec(text)?.[0]
    if (written === undefined) unexpected('a value')
    at += written.length
    return options.number(written)
  }

  /** A value's beginning: a whole scalar or an empty container, or, with a new frame, a container's first value to come. */
  function begin(): { readonly value: unknown } | undefined {
    const opening = text[at]
    if (opening !== '{' && opening !== '[') return { value: scalar() }
    if (frames.length >= options.maxDepth)
      fail(
        `nested deeper than ${options.maxDepth} levels`,
        at,
        'JSON_TOO_DEEP',
        'no image needs this; the document is hostile or broken',
      )
    const frame: Frame =
      opening === '['
        ? { kind: 'array', items: [] }
        : { kind: 'object', members: Object.create(null) as Record<string, unknown>, name: undefined }
    at++
    skipSpace()
    if (text[at] === (opening === '[' ? ']' : '}')) {
      at++
      return { value: frame.kind === 'array' ? frame.items : frame.members }
    }
    frames.push(frame)
    if (frame.kind === 'object') memberName(frame)
    return undefined
  }

  for (;;) {
    skipSpace()
    let done = begin()
    while (done !== undefined) {
      skipSpace()
      const frame = frames.at(-1)
      if (frame === undefined) {
        if (at < text.length)
          fail('something follows the document', at, 'JSON_INVALID', 'exactly one JSON value is expected')
        return done.value
      }
      if (frame.kind === 'array') frame.items.push(done.value)
      else frame.members[frame.name ?? ''] = done.value
      if (text[at] === ',') {
        at++
        skipSpace()
        if (frame.kind === 'object') memberName(frame)
        done = undefined
      } else if (text[at] === (frame.kind === 'array' ? ']' : '}')) {
        at++
        frames.pop()
        done = { value: frame.kind === 'array' ? frame.items : frame.members }
      } else unexpected(frame.kind === 'array' ? '"," or "]"' : '"," or "}"')
    }
  }
}
