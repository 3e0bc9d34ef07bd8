import { archive, header, member, pax, type Fields, type PaxPair } from '../../../tar/test/support/build.ts'

/** What is wrong with an archive that is refused: `tar …` are codes of the reader of tar archives. */
export type Refusal =
  | 'name'
  | 'whiteout'
  | 'link'
  | 'entry'
  | 'owner'
  | 'limit'
  | `tar ${'CORRUPT' | 'AMBIGUOUS' | 'TRUNCATED' | 'UNSUPPORTED' | 'TOO_LARGE'}`

/** One hostile image, and what comes of it. */
export interface Row {
  readonly what: string
  /** Tar archives, the lowest layer first. */
  readonly layers: readonly Uint8Array[]
  /** Why it is refused, or the tree that it makes, as `linesOf` writes it. */
  readonly outcome: Refusal | readonly string[]
  readonly limits?: Readonly<Record<string, number>> | undefined
}

/** A refusal, or all lines of the tree. */
export const row = (
  what: string,
  layers: Uint8Array | readonly Uint8Array[],
  outcome: Row['outcome'],
  limits?: Row['limits'],
): Row => ({ what, layers: layers instanceof Uint8Array ? [layers] : layers, outcome, limits })

/** Archives of entries: each argument is one layer. */
export const layers = (...all: readonly (readonly Uint8Array[])[]): readonly Uint8Array[] =>
  all.map((entries) => archive(...entries))
export const layer = (...entries: readonly Uint8Array[]): readonly Uint8Array[] => layers(entries)

// Names are bytes: each character of them is one.
export const file = (name: string, body = '', given: Fields = {}): Buffer => member({ name, ...given }, body)
export const directory = (name: string, given: Fields = {}): Buffer =>
  header({ name, type: '5', mode: 0o755, ...given })
export const symlink = (name: string, link: string, given: Fields = {}): Buffer => {
  const entry = header({ name, type: '2', link, mode: 0o777, ...given })
  return link.length > 100 ? longLink(link, entry) : entry
}
export const hardLink = (name: string, link: string, given: Fields = {}): Buffer =>
  header({ name, type: '1', link, ...given })
export const fifo = (name: string, given: Fields = {}): Buffer => header({ name, type: '6', ...given })
export const device = (name: string, given: Fields = {}): Buffer =>
  header({ name, type: '3', major: 1, minor: 3, ...given })
/** With PAX records before it. */
export const withRecords = (records: readonly PaxPair[], entry: Buffer): Buffer => Buffer.concat([pax(records), entry])
/** With its name, or its target, in a record, where it may be of any length. */
export const longName = (name: string, entry: Buffer): Buffer => withRecords([['path', name]], entry)
export const longLink = (link: string, entry: Buffer): Buffer => withRecords([['linkpath', link]], entry)
