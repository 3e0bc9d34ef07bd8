import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { setTimeout as sleep } from 'node:timers/promises'
import { isLadingError } from '@lading/errors'
import { openStore } from '@lading/store'
import { createRandom } from '../../fuzz/random.ts'
import { judge, look, type Bounds } from '../kill/one-kill.ts'
import { runs, type Scenario } from '../kill/scenarios.ts'
import { startVictim } from '../kill/spawn-victim.ts'
import { copyOf, prepareScene, type Scene } from '../kill/templates.ts'
import { afterReboot } from '../power/after-reboot.ts'
import { prepareDisks, whyNoDisks, type Disk, type FileSystemKind } from './disks.ts'

export interface SnapshotRun {
  readonly count: number
  readonly seed: number
  readonly say: (line: string) => void
}

const kinds: readonly FileSystemKind[] = ['ext4', 'xfs']
const scenarios: readonly Scenario[] = [
  'pull over an older image',
  'pull into a new root',
  'resume what was cut off',
  'rmi',
  'tag',
]

/**
 * What real file systems leave of a store when the power goes: the blocks of a disk at one moment while a process works
 * on it, mounted (which replays the journal), held to the law, and gone on with. `skipped` where there are no such disks.
 */
export async function runSnapshots({ count, seed, say }: SnapshotRun): Promise<boolean> {
  const lacking = whyNoDisks()
  if (lacking !== undefined) {
    say(`SKIPPED: no snapshots of disks: ${lacking}`)
    return true
  }
  const folder = await mkdtemp(join(tmpdir(), 'lading-snapshots-'))
  const random = createRandom(seed)
  const scene = await prepareScene(folder)
  const disks = prepareDisks(folder)
  let [taken, early, broken] = [0, 0, 0]
  try {
    for (const kind of kinds) {
      const disk = disks.make(kind)
      try {
        for (let number = 0; number < count / kinds.length; number++) {
          const scenario = scenarios[number % scenarios.length] as Scenario
          const afterMs = random.below(250)
          const { during, wrong } = await cutOff(scene, scenario, { disk, label: String(number), afterMs })
          taken += 1
          if (during) early += 1
          if (wrong.length === 0) continue
          broken += 1
          say(`${kind}, ${scenario}, snapshot ${number}, ${afterMs} ms after its first look:`)
          for (const what of wrong) say(`  ${what}`)
        }
      } finally {
        disk.release()
      }
    }
  } finally {
    disks.release()
    await scene.registry.close()
    await rm(folder, { recursive: true })
  }
  say(
    `${taken} snapshots of ${kinds.join(' and ')}, seed ${seed}: ${early} of work under way, ${broken} against the law`,
  )
  return broken === 0
}

interface Cut {
  readonly disk: Disk
  readonly label: string
  readonly afterMs: number
}

async function cutOff(
  { registry, templates }: Scene,
  scenario: Scenario,
  { disk, label, afterMs }: Cut,
): Promise<{ readonly during: boolean; readonly wrong: readonly string[] }> {
  const { host } = registry
  const whole = await copyOf(templates[scenario], join(disk.mounted, `${label}-whole`))
  const before = look(whole, true)
  const failed = await redo(scenario, whole, host)
  if (failed !== undefined) throw new Error(`${scenario} does not work at all: ${failed}`)
  const bounds: Bounds = { before, after: look(whole, true) }
  await rm(whole, { recursive: true })

  const name = `${label}-root`
  const root = await copyOf(templates[scenario], join(disk.mounted, name))
  // What was there before is on the disk.
  spawnSync('sync', ['-f', disk.mounted])
  const victim = await startVictim({ root, host, scenario, pauseAt: 1 })
  await victim.paused
  victim.child.stdin?.write('\n')
  await sleep(afterMs)
  const during = victim.child.exitCode === null
  const snapshot = disk.snapshot()
  try {
    // Success that was reported before must be on the disk.
    const reported = !during && (await victim.end).ended === 'done'
    const copy = join(snapshot.mounted, name)
    const allowed = reported ? { before: bounds.after, after: bounds.after } : bounds
    const wrong = judge(look(copy, true), allowed).map((what) => `in the snapshot: ${what}`)
    await afterReboot(copy)
    const failure = await redo(scenario, copy, host)
    if (failure !== undefined) wrong.push(`the next run failed: ${failure}`)
    const end = judge(look(copy, true), { before: bounds.after, after: bounds.after })
    return { during, wrong: [...wrong, ...end.map((what) => `in the end: ${what}`)] }
  } finally {
    snapshot.release()
    await victim.end
    await rm(root, { recursive: true })
  }
}

/** Why it failed, if it did. */
async function redo(scenario: Scenario, root: string, host: string): Promise<string | undefined> {
  const store = await openStore({ root, workers: 0 })
  try {
    await runs[scenario](store, host)
    return undefined
  } catch (error) {
    // What was to be removed is gone already.
    return isLadingError(error, 'IMAGE_UNKNOWN') ? undefined : inspect(error).slice(0, 400)
  } finally {
    await store.close()
  }
}
