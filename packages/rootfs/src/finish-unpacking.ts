import type { BundleJob } from './bundle/bundle-job.ts'
import { writeRuntimeConfig } from './bundle/write-runtime-config.ts'
import { writeRecord, type RecordFacts } from './place/write-record.ts'
import type { UnpackWarning } from './rest/do-the-rest.ts'
import type { Unpacker } from './unpacker/create-unpacker.ts'

export interface FinishJob {
  /** Of the temporary root: open. */
  readonly temporary: number
  readonly record: RecordFacts
  readonly bundle?: BundleJob | undefined
}

/** What came of it. */
export interface Written {
  readonly written: Unpacker['written']
  readonly warnings: readonly UnpackWarning[]
}

/** Runs when all layers are written: writes the config of a bundle, the last metadata, and the record. @throws RootfsError */
export async function finishUnpacking(unpacker: Unpacker, { temporary, record, bundle }: FinishJob): Promise<Written> {
  // First: afterwards there may be directories that we cannot enter ourselves.
  const told = bundle === undefined ? [] : await writeRuntimeConfig(bundle, unpacker.files)
  const { lines, warnings } = unpacker.finish(temporary)
  writeRecord(temporary, record, lines())
  return { written: unpacker.written, warnings: [...warnings, ...told] }
}
