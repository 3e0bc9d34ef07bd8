import type { AbortOptions } from '@lading/clock'
import { openOutputFile } from './open-output-file.ts'

/** Calls what it is given with the bytes of the file, in order. */
export type Fill = (write: (bytes: Uint8Array) => Promise<void>) => Promise<void>

/**
 * Writes a file outside of any store, one that a user named: whole or not at all, as `openOutputFile` does.
 *
 * @throws ContentError `OUTPUT_FAILED` for what the file system refuses; what `fill` throws; the signal's reason
 */
export async function writeOutputFile(path: string, fill: Fill, options: AbortOptions = {}): Promise<void> {
  const file = await openOutputFile(path, options)
  try {
    await fill((bytes) => file.write(bytes))
    await file.finish()
  } finally {
    await file.abort()
  }
}
