import type { AbortOptions } from '@lading/clock'
import type { Source } from '@lading/content'
import type { Descriptor } from '@lading/manifest'
import { misfit } from './misfit.ts'

/** In bytes, of one request: held in memory. */
const pieceBytes = 8 * 1024 * 1024

export interface Range {
  readonly start: number
  /** Exclusive. */
  readonly end: number
}

/**
 * A part of a blob, unverified: exactly what the source sends.
 *
 * @throws a misfit if the source does not support ranges; what the source throws
 */
export async function* readRange(
  source: Pick<Source, 'send'>,
  descriptor: Descriptor,
  { start, end }: Range,
  { signal }: AbortOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = start; at < end; at += pieceBytes)
    yield await readPiece(source, descriptor, { start: at, end: Math.min(end, at + pieceBytes) }, { signal })
}

async function readPiece(
  source: Pick<Source, 'send'>,
  descriptor: Descriptor,
  { start, end }: Range,
  { signal }: AbortOptions,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(end - start)
  let filled = 0
  await source.send(
    descriptor,
    {
      offset: start,
      end,
      begin(answer) {
        // The answer is the whole layer: it is better read as a whole layer.
        if (answer.start !== start) throw misfit('its source does not support ranges')
      },
      write(chunk) {
        if (filled + chunk.length > bytes.length) throw misfit('its source sends more than was requested')
        bytes.set(chunk, filled)
        filled += chunk.length
      },
    },
    { signal },
  )
  if (filled < bytes.length) throw misfit('its source sends less than was requested')
  return bytes
}
