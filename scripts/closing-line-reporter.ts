import type { Reporter, TestModule } from 'vitest/node'

/**
 * Ends a run with the reasons of what was skipped, where tests give them (`test/support/needs.ts`), and one line that
 * people and machines can read: `N passed, N failed, N skipped`.
 */
export default class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    let passed = 0
    let failed = unhandled.length
    let skipped = 0
    const reasons = new Map<string, number>()
    for (const module of modules) {
      // A file that could not be loaded has no tests to count, and must not look like success.
      if (module.state() === 'failed' && module.errors().length > 0) failed += 1
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (state === 'passed') passed += 1
        else if (state === 'failed') failed += 1
        else {
          skipped += 1
          const reason = test.meta().skipped
          if (reason !== undefined) reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
        }
      }
    }
    const lines = [...reasons].map(([reason, count]) => `skipped, ${reason}: ${count}\n`).toSorted()
    // After the default reporter's own summary, which is written in the same turn.
    process.once('exit', () =>
      process.stdout.write(`\n${lines.join('')}${passed} passed, ${failed} failed, ${skipped} skipped\n`),
    )
  }
}
