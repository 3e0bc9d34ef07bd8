import { allChecks } from './all-checks.ts'
import { Unsupported, type Check } from './check.ts'
import { createTarget, type TargetOptions } from './target.ts'

export interface ComplianceResult {
  readonly check: Check
  /** `unsupported`: a legal answer that says no. */
  readonly outcome: 'passed' | 'failed' | 'unsupported'
  /** Why not, in words. */
  readonly reason: string | undefined
}

export interface ComplianceOptions extends TargetOptions {
  /** Default: all. */
  readonly checks?: readonly Check[] | undefined
  /** How many at once. Default 1. */
  readonly concurrency?: number | undefined
}

/**
 * Runs the checks against a registry that takes pushes and deletes, each in a repository of its own.
 *
 * @throws `signal.reason`, and nothing else: what goes wrong is in the results
 */
export async function runCompliance({
  checks = allChecks,
  concurrency = 1,
  ...target
}: ComplianceOptions): Promise<readonly ComplianceResult[]> {
  const results: ComplianceResult[] = []
  const waiting = checks.entries()
  const work = async (): Promise<void> => {
    for (const [place, check] of waiting) {
      target.signal?.throwIfAborted()
      results[place] = await outcomeOf(check, target)
    }
  }
  await Promise.all(Array.from({ length: Math.max(1, concurrency) }, work))
  target.signal?.throwIfAborted()
  return results
}

async function outcomeOf(check: Check, options: TargetOptions): Promise<ComplianceResult> {
  try {
    await check.run(createTarget(options))
    return { check, outcome: 'passed', reason: undefined }
  } catch (error) {
    return {
      check,
      outcome: error instanceof Unsupported ? 'unsupported' : 'failed',
      reason: error instanceof Error ? error.message : String(error),
    }
  }
}

/** `describe` and `it` of vitest, jest, mocha or `node:test`. */
export interface TestFunctions {
  readonly describe: (name: string, body: () => void) => unknown
  readonly it: (name: string, body: () => Promise<void>) => unknown
}

export interface TestComplianceOptions {
  /** Default: all. */
  readonly checks?: readonly Check[] | undefined
  /** Whether a legal no fails the test. Default: it passes. */
  readonly unsupported?: 'pass' | 'fail' | undefined
}

/**
 * Declares a test for each check.
 *
 * @param target where the registry is, asked when a test runs: it may be started in a hook
 */
export function testCompliance(
  { describe, it }: TestFunctions,
  target: () => TargetOptions,
  { checks = allChecks, unsupported = 'pass' }: TestComplianceOptions = {},
): void {
  describe('the distribution spec', () => {
    for (const check of checks) {
      it(check.name, async () => {
        try {
          await check.run(createTarget(target()))
        } catch (error) {
          if (!(error instanceof Unsupported) || unsupported === 'fail') throw error
        }
      })
    }
  })
}
