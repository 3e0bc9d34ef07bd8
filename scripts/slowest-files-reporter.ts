import { relative } from 'node:path'
import type { Reporter, TestModule, Vitest } from 'vitest/node'
import { atScale } from '../test/support/scale.ts'

/** How long a whole run may take on two cores with little else to do, in seconds. */
const most = atScale(240, 1_500)
const shown = 10

/** Where a run takes longer than it may, says where the time goes: the ten slowest files, with the import of their modules. */
export default class SlowestFilesReporter implements Reporter {
  private root = ''
  private startedMs = 0

  onInit({ config }: Vitest): void {
    this.root = config.root
  }

  onTestRunStart(): void {
    this.startedMs = performance.now()
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const seconds = (performance.now() - this.startedMs) / 1000
    if (seconds <= most) return
    const slowest = modules
      .map((module) => {
        const { collectDuration, duration } = module.diagnostic()
        return { path: relative(this.root, module.moduleId), seconds: (collectDuration + duration) / 1000 }
      })
      .toSorted((a, b) => b.seconds - a.seconds)
      .slice(0, shown)
    const lines = slowest.map((file) => `${file.seconds.toFixed(1).padStart(8)} s  ${file.path}\n`)
    process.stdout.write(
      `\nthe run took ${Math.round(seconds)} s, and may take ${most} s; its slowest files:\n${lines.join('')}`,
    )
  }
}
