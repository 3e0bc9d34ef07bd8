import { crc32, deflateRawSync, type ZlibOptions } from 'node:zlib'

export interface Member {
  readonly content: Uint8Array
  readonly name?: string | undefined
  readonly comment?: string | undefined
  readonly extra?: Uint8Array | undefined
  readonly headerCrc?: boolean | undefined
  readonly options?: ZlibOptions | undefined
}

const latin1 = (text: string): Buffer => Buffer.from(`${text}\0`, 'latin1')

/** A gzip member made by hand (RFC 1952), since node:zlib writes none of the optional fields. */
export function gzipMember({ content, name, comment, extra, headerCrc = false, options }: Member): Buffer {
  const flags =
    (headerCrc ? 2 : 0) |
    (extra === undefined ? 0 : 4) |
    (name === undefined ? 0 : 8) |
    (comment === undefined ? 0 : 16)
  const parts: Uint8Array[] = [Buffer.from([0x1f, 0x8b, 8, flags, 1, 2, 3, 4, 0, 255])]
  if (extra !== undefined) parts.push(Buffer.from([extra.length & 255, extra.length >> 8]), Buffer.from(extra))
  if (name !== undefined) parts.push(latin1(name))
  if (comment !== undefined) parts.push(latin1(comment))
  if (headerCrc) {
    const sum = crc32(Buffer.concat(parts))
    parts.push(Buffer.from([sum & 255, (sum >> 8) & 255]))
  }
  const trailer = Buffer.alloc(8)
  trailer.writeUInt32LE(crc32(content), 0)
  trailer.writeUInt32LE(content.length, 4)
  return Buffer.concat([...parts, deflateRawSync(content, options), trailer])
}

export interface Frame {
  /** Written as raw blocks. */
  readonly content: Uint8Array
  /** Of each block but the last; default: one block. */
  readonly blockSize?: number | undefined
  /** The window descriptor's byte; absent: a single-segment frame. */
  readonly window?: number | undefined
  /** Length of the content size field: 0, 1 (single segment only), 2, 4, 8. */
  readonly sizeLength?: 0 | 1 | 2 | 4 | 8 | undefined
  /** What that field says; default: the truth. */
  readonly contentSize?: bigint | undefined
  readonly dictionary?: { readonly length: 1 | 2 | 4; readonly id: number } | undefined
  readonly reservedFlag?: boolean | undefined
  readonly blockType?: 0 | 1 | 2 | 3 | undefined
  /** No block is marked as the last: another one is to follow. */
  readonly open?: boolean | undefined
}

const littleEndian = (value: bigint, length: number): Buffer =>
  Buffer.from(Array.from({ length }, (_, index) => Number((value >> BigInt(8 * index)) & 255n)))

/** A zstd frame made by hand (RFC 8878, section 3.1.1). */
export function zstdFrame({
  content,
  window,
  sizeLength = window === undefined ? 8 : 0,
  contentSize = BigInt(content.length),
  dictionary,
  reservedFlag = false,
  blockType = 0,
  blockSize = content.length,
  open = false,
}: Frame): Buffer {
  const sizeFlag = { 0: 0, 1: 0, 2: 1, 4: 2, 8: 3 }[sizeLength]
  const dictionaryFlag = dictionary === undefined ? 0 : { 1: 1, 2: 2, 4: 3 }[dictionary.length]
  const descriptor = (sizeFlag << 6) | (window === undefined ? 0x20 : 0) | (reservedFlag ? 8 : 0) | dictionaryFlag
  const parts: Uint8Array[] = [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, descriptor])]
  if (window !== undefined) parts.push(Buffer.from([window]))
  if (dictionary !== undefined) parts.push(littleEndian(BigInt(dictionary.id), dictionary.length))
  parts.push(littleEndian(sizeLength === 2 ? contentSize - 256n : contentSize, sizeLength))
  for (let at = 0; at === 0 || at < content.length; at += blockSize) {
    const block = content.subarray(at, at + blockSize)
    const last = !open && at + blockSize >= content.length ? 1 : 0
    parts.push(littleEndian(BigInt((block.length << 3) | (blockType << 1) | last), 3), Buffer.from(block))
    if (blockSize === 0) break
  }
  return Buffer.concat(parts)
}

export function skippableFrame(content: Uint8Array, variant = 0): Buffer {
  return Buffer.concat([
    Buffer.from([0x50 + variant, 0x2a, 0x4d, 0x18]),
    littleEndian(BigInt(content.length), 4),
    Buffer.from(content),
  ])
}

/** Bytes that compress like a tar of programs: some runs, some noise. Always the same. */
export function sample(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length)
  let state = seed
  for (let at = 0; at < length; at++) {
    if (at % 64 === 0) state = (Math.imul(state, 1103515245) + 12345) >>> 0
    bytes[at] = at % 96 < 40 ? 0 : (state >>> (at % 24)) & 255
  }
  return bytes
}
