import fc from 'fast-check'
import { atScale } from './scale.ts'

// fast-check prints seed and path of a failure; LADING_TEST_SEED replays it. LADING_TEST_RUNS is for a long run by hand.
const seed = process.env['LADING_TEST_SEED']
const runs = process.env['LADING_TEST_RUNS']
fc.configureGlobal({
  numRuns: runs === undefined ? atScale(100, 5_000) : Number(runs),
  ...(seed === undefined ? {} : { seed: Number(seed) }),
})
