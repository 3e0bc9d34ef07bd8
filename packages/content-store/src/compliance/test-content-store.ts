import { arrivingCases } from './arriving-cases.ts'
import { ingestCases } from './ingest-cases.ts'
import { readingCases } from './reading-cases.ts'
import { smallContentCases } from './small-content-cases.ts'
import type { ContentStoreSubject } from './subject.ts'
import { unnamedCases } from './unnamed-cases.ts'

/** `describe` and `it` of vitest, jest, mocha or `node:test`. */
export interface TestFunctions {
  readonly describe: (name: string, body: () => void) => unknown
  readonly it: (name: string, body: () => Promise<void>) => unknown
}

/** Declares the tests of the `ContentStore` contract. Failures are assertion errors of `node:assert`. */
export function testContentStore({ describe, it }: TestFunctions, subject: ContentStoreSubject): void {
  describe('a content store', () => {
    for (const { name, run } of [
      ...ingestCases,
      ...arrivingCases,
      ...readingCases,
      ...smallContentCases,
      ...unnamedCases,
    ]) {
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
