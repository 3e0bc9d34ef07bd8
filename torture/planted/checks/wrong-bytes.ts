import { image } from '@lading/test-registry'
import { consult } from '../../../packages/store/test/oracle.ts'
import { expected, onStage } from './stage.ts'

/** Of a layer that arrives wrong nothing is where blobs are: of one that waits in memory, and of one that grows in a file. */
export const wrongBytes = (): Promise<readonly string[]> =>
  onStage(async ({ registry, large, root, pull }) => {
    const huge = await registry.seed(image('t/huge:1').randomLayer(1_500_000, { seed: 2 }))
    registry.addFault({ on: 'blob', digest: large, afterBytes: 200_000, then: 'flip' })
    registry.addFault({ on: 'blob', digest: huge.layers[0]?.digest ?? '', afterBytes: 200_000, then: 'flip' })
    return [
      ...expected('a pull of wrong bytes', await pull(), 'DIGEST_MISMATCH'),
      ...expected('a pull of more wrong bytes', await pull({ reference: 't/huge:1' }), 'DIGEST_MISMATCH'),
      ...consult(root, { afterCrash: true }).violations,
    ]
  })
