// A process that does one thing to a store and kills itself on the way: see run.ts. Its orders come as JSON.
import { nodeFileSystem } from '@lading/content-store'
import { openStore } from '@lading/store'
import { watchFileSystem } from './killing-file-system.ts'
import { runs, type Scenario } from './scenarios.ts'

export interface Orders {
  readonly root: string
  readonly scenario: Scenario
  readonly host: string
  /** Before which call that changes something. 0: never. */
  readonly killAt?: number
  /** Before which look or rename it stops until a line comes in. */
  readonly pauseAt?: number
}

const { root, scenario, host, killAt = 0, pauseAt = 0 } = JSON.parse(process.argv[2] ?? '{}') as Orders

const watch = watchFileSystem(
  nodeFileSystem(),
  (count) => {
    if (count === killAt) process.kill(process.pid, 'SIGKILL')
  },
  async (count) => {
    if (count !== pauseAt) return
    process.stdout.write('paused\n')
    await new Promise((resolve) => process.stdin.once('data', resolve))
    process.stdin.destroy()
  },
)
process.stdout.write('started\n')
const store = await openStore({ root, fs: watch.fs, workers: 0 })
try {
  await runs[scenario](store, host)
} finally {
  await store.close()
}
process.stdout.write(`done ${watch.count()}\n`)
