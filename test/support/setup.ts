import fc from 'fast-check'
import { atScale } from './scale.ts'

// fast-check prints seed and path of a failure; LADING_TEST_SEED replays it.
const seed = process.env['LADING_TEST_SEED']
fc.configureGlobal({ numRuns: atScale(200, 5_000), ...(seed === undefined ? {} : { seed: Number(seed) }) })
