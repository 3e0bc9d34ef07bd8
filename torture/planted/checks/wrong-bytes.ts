import { consult } from '../../../packages/store/test/oracle.ts'
import { expected, onStage } from './stage.ts'

/** Of a layer that arrives wrong nothing is where blobs are. */
export const wrongBytes = (): Promise<readonly string[]> =>
  onStage(async ({ registry, large, root, pull }) => {
    registry.addFault({ on: 'blob', digest: large, afterBytes: 200_000, then: 'flip' })
    const outcome = await pull()
    return [
      ...expected('a pull of wrong bytes', outcome, 'DIGEST_MISMATCH'),
      ...consult(root, { afterCrash: true }).violations,
    ]
  })
