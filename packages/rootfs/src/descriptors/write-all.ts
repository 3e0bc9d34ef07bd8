import { writeSync } from 'node:fs'

/** Writes all bytes; one call may write less. @param position in the file, in bytes; null: where the last one ended. @throws the system's error */
export function writeAll(descriptor: number, bytes: Uint8Array, position: number | null): void {
  for (let done = 0; done < bytes.length;)
    done += writeSync(descriptor, bytes, done, bytes.length - done, position === null ? null : position + done)
}
