// Run under another Node by other-nodes.test.ts: prints what differs from the expected, one line a case, and how many cases there were.
import { corpus, piecesFor } from './corpus.ts'
import { brief, endOf } from './run.ts'

let cases = 0
for (const { name, input, expected } of corpus()) {
  for (const pieces of piecesFor(input)) {
    cases++
    const wanted = typeof expected === 'string' ? expected : brief(expected)
    const actual = endOf(input, pieces)
    if (actual !== wanted) process.stdout.write(`${name}, pieces of ${pieces.join(', ')}: ${actual} instead of ${wanted}\n`)
  }
}
process.stdout.write(`${process.versions.node}: ${cases} cases\n`)
