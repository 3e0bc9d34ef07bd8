import { nameCases } from './name-cases.ts'
import type { ReferenceStoreSubject } from './subject.ts'
import { updateCases } from './update-cases.ts'

/** `describe` and `it` of vitest, jest, mocha or `node:test`. */
export interface TestFunctions {
  readonly describe: (name: string, body: () => void) => unknown
  readonly it: (name: string, body: () => Promise<void>) => unknown
}

/** Declares the tests of the `ReferenceStore` contract. Failures are assertion errors of `node:assert`. */
export function testReferenceStore({ describe, it }: TestFunctions, subject: ReferenceStoreSubject): void {
  describe('a reference store', () => {
    for (const { name, run } of [...nameCases, ...updateCases]) {
      it(name, async () => {
        const created = await subject.create()
        try {
          await run(created)
        } finally {
          await created.dispose?.()
        }
      })
    }
  })
}
