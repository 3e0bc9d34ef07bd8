import { followingCases } from './following-cases.ts'
import { recordCases } from './record-cases.ts'
import type { LayerStoreSubject } from './subject.ts'
import { uncompressCases } from './uncompress-cases.ts'

/** `describe` and `it` of vitest, jest, mocha or `node:test`. */
export interface TestFunctions {
  readonly describe: (name: string, body: () => void) => unknown
  readonly it: (name: string, body: () => Promise<void>) => unknown
}

/** Declares the tests of the `LayerStore` contract. Failures are assertion errors of `node:assert`. */
export function testLayerStore<Growth>({ describe, it }: TestFunctions, subject: LayerStoreSubject<Growth>): void {
  describe('a layer store', () => {
    for (const { name, bounds, run } of [...recordCases, ...uncompressCases, ...followingCases]) {
      it(name, async () => {
        const parts = await subject.create(bounds)
        try {
          await run(parts)
        } finally {
          await parts.layers.close()
          await parts.dispose?.()
        }
      })
    }
  })
}
