import { expected, onStage } from './stage.ts'

/** A server that answers 416 to whatever it is asked for is asked for the whole. */
export const refusedRanges = (): Promise<readonly string[]> =>
  onStage(async ({ registry, large, pull }) => {
    registry.addFault({ on: 'blob', digest: large, nth: 1, afterBytes: 100_000, then: 'close' })
    registry.addFault({ on: 'blob', digest: large, ranged: true, then: 'range-not-satisfiable' })
    return expected('a pull whose ranges are refused', await pull(), 'done')
  })
