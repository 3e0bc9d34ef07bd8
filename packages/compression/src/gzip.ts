import zlib from 'node:zlib'
import { CompressionError } from './compression-error.ts'
import type { Count } from './bounds.ts'
import type { Checks, Decoder } from './decoder.ts'
import { inflateEngine } from './choose-engine.ts'
import { createGzipHeader } from './gzip-header.ts'

/**
 * gzip (RFC 1952): every member. pigz, bgzip and eStargz write many; some writers pad the end with zeros.
 * The members are parsed here and only their bodies go to the engine, because the engine treats what follows a member
 * as the end of the input unless it looks like another one.
 */
export function createGzipDecoder(count: Count, { checksums = true }: Checks = {}): Decoder {
  const engine = inflateEngine()
  const header = createGzipHeader()
  let part: 'header' | 'body' | 'trailer' | 'padding' = 'header'
  let base = 0
  let members = 0
  let headerStarted = false
  let crc = 0
  let size = 0
  let trailer = 0
  let trailerAt = 0
  let storedCrc = 0

  function* body(chunk: Uint8Array, from: number): Generator<Uint8Array, number> {
    let at = from
    for (;;) {
      const had = chunk.length - at
      try {
        engine.step(chunk, at, chunk.length)
      } catch (cause) {
        throw new CompressionError('COMPRESSION_CORRUPT', `gzip data is damaged near byte ${base + at}`, {
          cause,
          offset: base + at,
        })
      }
      at += engine.consumed
      if (engine.produced > 0) {
        const bytes = engine.output.subarray(0, engine.produced)
        if (checksums) crc = zlib.crc32(bytes, crc)
        size = (size + engine.produced) >>> 0
        count(bytes.length, base + at)
        yield bytes
        // If the output is full, there may be more: call again.
        if (bytes.length === engine.output.length) continue
      }
      // With room left and input left over, only the end of the deflate stream makes the engine stop.
      if (engine.consumed < had) part = 'trailer'
      return at
    }
  }

  function readTrailer(chunk: Uint8Array, from: number): number {
    let at = from
    while (at < chunk.length && trailerAt < 8) {
      trailer = (trailer | ((chunk[at++] as number) << (8 * (trailerAt % 4)))) >>> 0
      if (++trailerAt === 4) {
        storedCrc = trailer
        trailer = 0
      }
    }
    if (trailerAt === 8) {
      const offset = base + at
      if (checksums && storedCrc !== crc)
        throw new CompressionError(
          'COMPRESSION_CHECKSUM',
          `the gzip member that ends at byte ${offset} fails its checksum`,
          { offset, expected: storedCrc, actual: crc },
        )
      if (trailer !== size)
        throw new CompressionError(
          'COMPRESSION_CHECKSUM',
          `the gzip member that ends at byte ${offset} does not have the length that it states`,
          { offset, expected: trailer, actual: size },
        )
      members++
      crc = size = trailer = trailerAt = storedCrc = 0
      engine.reset()
      header.reset()
      headerStarted = false
      part = 'header'
    }
    return at
  }

  function readHeader(chunk: Uint8Array, from: number): number {
    if (!headerStarted && members > 0 && chunk[from] === 0) {
      part = 'padding'
      return from
    }
    headerStarted = true
    const at = header.push(chunk, from, base)
    if (header.complete) part = 'body'
    return at
  }

  function padding(chunk: Uint8Array, from: number): number {
    for (let at = from; at < chunk.length; at++) {
      if (chunk[at] !== 0)
        throw new CompressionError(
          'COMPRESSION_TRAILING_DATA',
          `what follows the last gzip member at byte ${base + at} is not padding`,
          { offset: base + at },
        )
    }
    return chunk.length
  }

  const readers = { header: readHeader, trailer: readTrailer, padding }

  return {
    *push(chunk) {
      let at = 0
      while (at < chunk.length) at = part === 'body' ? yield* body(chunk, at) : readers[part](chunk, at)
      base += chunk.length
    },
    end() {
      if (part === 'padding' || (part === 'header' && !headerStarted)) return
      throw new CompressionError('COMPRESSION_TRUNCATED', `the input ends inside a gzip member, after ${base} bytes`, {
        offset: base,
      })
    },
    close() {
      engine.close()
    },
  }
}
