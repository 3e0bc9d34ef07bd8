import { parseBlobKey } from '../layout.ts'

/** One chunk of a blob that is done. */
export interface ListedChunk {
  readonly key: string
  /** In bytes. */
  readonly size: number
  /** In hexadecimal. */
  readonly sha256: string
  /**
   * Of the blob up to the end of this chunk, in hexadecimal and by the algorithm of its digest: who reads from the first
   * byte on verifies each chunk with the one sum that it computes anyway. Absent: nobody computed it.
   */
  readonly upTo?: string | undefined
}

/** What makes a blob present: where its bytes are. */
export interface DoneDocument {
  /** Of the blob, in bytes. */
  readonly size: number
  /** In order. Empty: `content` is all of it. */
  readonly chunks: readonly ListedChunk[]
  readonly content: Uint8Array
}

// One line of JSON, which says how many lines of chunks follow: `sha256 size key`, and `upTo` where it is known. Where there are none, the content itself
// follows.

const lineFeed = 0x0a
const nothing = new Uint8Array(0)

/** As many bytes as have the first line. */
export const headBytes = 256

/** @param nonce what tells it from another's */
export function formatDone({ size, chunks, content }: DoneDocument, nonce: string): Uint8Array {
  const head = `${JSON.stringify({ version: 1, size, chunks: chunks.length, nonce })}\n`
  const lines = chunks.map(({ sha256, size: bytes, key, upTo = '' }) => `${sha256} ${bytes} ${key} ${upTo}`.trimEnd())
  return new Uint8Array(Buffer.concat([Buffer.from([head, ...lines.map((line) => `${line}\n`)].join('')), content]))
}

/** Of the blob, in bytes. `undefined`: these are not the first bytes of such a document. */
export const doneSize = (bytes: Uint8Array): number | undefined => headOf(bytes)?.size

/** `undefined`: it is none, or not whole. */
export function parseDone(bytes: Uint8Array): DoneDocument | undefined {
  const head = headOf(bytes)
  if (head === undefined) return undefined
  const body = bytes.subarray(head.length)
  if (head.chunks === 0) return body.length === head.size ? { size: head.size, chunks: [], content: body } : undefined
  const chunks: ListedChunk[] = []
  for (const line of new TextDecoder().decode(body).split('\n').slice(0, -1)) {
    const [, sha256 = '', size, key = '', upTo] =
      /^([0-9a-f]{64}) ([0-9]{1,15}) (\S+)(?: ([0-9a-f]{64,128}))?$/.exec(line) ?? []
    if (typeof parseBlobKey(key)?.part !== 'object') return undefined
    chunks.push({ sha256, size: Number(size), key, upTo })
  }
  const size = chunks.reduce((sum, chunk) => sum + chunk.size, 0)
  return chunks.length === head.chunks && size === head.size ? { size, chunks, content: nothing } : undefined
}

function headOf(
  bytes: Uint8Array,
): { readonly size: number; readonly chunks: number; readonly length: number } | undefined {
  const end = bytes.subarray(0, headBytes).indexOf(lineFeed)
  if (end === -1) return undefined
  try {
    const head: unknown = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end)))
    const { version, size, chunks }: Record<string, unknown> =
      typeof head === 'object' && head !== null ? { ...head } : {}
    if (version !== 1 || !isCount(size) || !isCount(chunks)) return undefined
    return { size, chunks, length: end + 1 }
  } catch {
    return undefined
  }
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0
