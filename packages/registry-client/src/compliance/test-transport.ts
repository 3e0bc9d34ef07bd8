import type { Transport } from '../transport.ts'
import { answerCases } from './answer-cases.ts'
import { failureCases } from './failure-cases.ts'
import { receiverCases } from './receiver-cases.ts'

/** `describe` and `it` of vitest, jest, mocha or `node:test`. */
export interface TestFunctions {
  readonly describe: (name: string, body: () => void) => unknown
  readonly it: (name: string, body: () => Promise<void>) => unknown
}

/** What is under test: a transport of its own for each case. */
export interface TransportSubject {
  create(): { readonly transport: Transport; readonly close?: (() => Promise<void>) | undefined }
}

/** Declares the tests of the `Transport` contract, against servers on loopback. Failures are assertion errors of `node:assert`. */
export function testTransport({ describe, it }: TestFunctions, subject: TransportSubject): void {
  describe('a transport', () => {
    for (const { name, run } of [...answerCases, ...receiverCases, ...failureCases]) {
      it(name, async () => {
        const { transport, close } = subject.create()
        try {
          await run(transport)
        } finally {
          await close?.()
        }
      })
    }
  })
}
