// pnpm bench:parse: what parsing and inflating cost, beside what the engine does by itself.
import { cpus } from 'node:os'
import { measureInflate } from './inflate.ts'
import { measureManifests } from './manifests.ts'
import type { Row } from './measure.ts'
import { measureReferences } from './references.ts'
import { measureSchema1 } from './schema1.ts'
import { say } from '../support/settings.ts'

/** A part measures one package; a new one is one more line here. */
const parts: readonly (() => readonly Row[] | Promise<readonly Row[]>)[] = [
  measureReferences,
  measureManifests,
  measureSchema1,
  measureInflate,
]

say(`Node ${process.versions.node}, ${cpus()[0]?.model ?? 'an unknown processor'}, ${cpus().length} cores\n`)
for (const measurePart of parts) {
  for (const { what, rate, beside = '' } of await measurePart())
    say(`${what.padEnd(40)}${rate.padStart(22)}   ${beside}`.trimEnd())
}
