import { recordCases } from './record-cases.ts'
import type { ImageStoreSubject } from './subject.ts'

/** `describe` and `it` of vitest, jest, mocha or `node:test`. */
export interface TestFunctions {
  readonly describe: (name: string, body: () => void) => unknown
  readonly it: (name: string, body: () => Promise<void>) => unknown
}

/** Declares the tests of the `ImageStore` contract. Failures are assertion errors of `node:assert`. */
export function testImageStore({ describe, it }: TestFunctions, subject: ImageStoreSubject): void {
  describe('an image store', () => {
    for (const { name, run } of recordCases) {
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
