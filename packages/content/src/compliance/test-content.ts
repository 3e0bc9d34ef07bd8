import type { Case } from './case.ts'
import { deliveryCases } from './delivery-cases.ts'
import type { ContentSubject } from './place.ts'
import { receiverCases } from './receiver-cases.ts'
import { sourceCases } from './source-cases.ts'

/** `describe` and `it` of vitest, jest, mocha or `node:test`. */
export interface TestFunctions {
  readonly describe: (name: string, body: () => void) => unknown
  readonly it: (name: string, body: () => Promise<void>) => unknown
}

export const contentCases: Readonly<Record<string, readonly Case[]>> = {
  'a source': sourceCases,
  'a receiver': receiverCases,
  'a delivery': deliveryCases,
}

/** Declares the tests of the contracts `Source` and `Target`. Failures are assertion errors of `node:assert`. */
export function testContent({ describe, it }: TestFunctions, subject: ContentSubject): void {
  for (const [what, cases] of Object.entries(contentCases)) {
    describe(what, () => {
      for (const { name, run } of cases) it(name, () => runCase(run, subject))
    })
  }
}

export async function runCase(run: Case['run'], subject: ContentSubject): Promise<void> {
  const place = await subject.create()
  try {
    await run(place)
  } finally {
    await place.dispose?.()
  }
}
