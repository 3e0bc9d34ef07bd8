// Run under another Node by other-nodes.test.ts: prints what differs from the expected, one line a case, and how many cases there were.
import { corpus, piecesFor } from './corpus.ts'
import { everyCut } from './every-cut.ts'
import { asyncTraceOf, brief, endOf, traceOf } from './run.ts'

let cases = 0
for (const { name, input, expected } of [...corpus(), ...everyCut()]) {
  for (const pieces of piecesFor(input)) {
    cases++
    const wanted = typeof expected === 'string' ? expected : brief(expected)
    const actual = endOf(input, pieces)
    if (actual !== wanted)
      process.stdout.write(`${name}, pieces of ${pieces.join(', ')}: ${actual} instead of ${wanted}\n`)
    const [there, here] = [await asyncTraceOf(input, pieces), traceOf(input, pieces)]
    if (there !== here)
      process.stdout.write(`${name}, pieces of ${pieces.join(', ')}: ${there} from the iterable, and ${here}\n`)
  }
}
process.stdout.write(`${process.versions.node}: ${cases} cases\n`)
