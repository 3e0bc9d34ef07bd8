import { closeSync, constants, openSync } from 'node:fs'
import { at } from '../descriptors/at.ts'
import { writeAll } from '../descriptors/write-all.ts'
import { plainSystemError } from '../system-error.ts'
import { parts } from './leftovers.ts'
import { recordVersion, type RecordHead } from './record.ts'

const recordFlags = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW

/** The first line without the version. */
export type RecordFacts = Omit<RecordHead, 'lading' | 'version'>

/** Writes the record of a finished tree into the temporary root, line by line. @throws RootfsError */
export function writeRecord(temporary: number, facts: RecordFacts, lines: Iterable<string>): void {
  const head: RecordHead = { lading: 'unpacked', version: recordVersion, ...facts }
  let descriptor: number | undefined
  try {
    descriptor = openSync(at(temporary, parts.record), recordFlags, 0o600)
    let batch = `${JSON.stringify(head)}\n`
    for (const line of lines) {
      batch += `${line}\n`
      if (batch.length < 64 * 1024) continue
      writeAll(descriptor, Buffer.from(batch), null)
      batch = ''
    }
    writeAll(descriptor, Buffer.from(batch), null)
  } catch (error) {
    throw plainSystemError(error, parts.record)
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}
