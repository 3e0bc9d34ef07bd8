import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openStore } from '@lading/store'
import { consult, type Findings } from '../../packages/store/test/oracle.ts'
import { runs, type Scenario } from './scenarios.ts'
import { startVictim } from './spawn-victim.ts'
import { copyOf, type Scene } from './templates.ts'

export interface Kill {
  readonly scenario: Scenario
  readonly killAt: number
  /** Another process, and the look or rename before which it stands while the victim is killed. */
  readonly beside?: { readonly scenario: Scenario; readonly pauseAt: number } | undefined
}

export interface Outcome {
  /** Whether a living process was hit. */
  readonly hit: boolean
  /** What is against the law; the root is kept then. */
  readonly violations: readonly string[]
  readonly root: string
}

/** What a root was before a scenario, and is after it. */
export interface Bounds {
  readonly before: Seen
  readonly after: Seen
}

/** `lost`: there is no `index.json` that says anything. */
type Seen = Findings | 'lost'

export function look(root: string, afterCrash: boolean): Seen {
  try {
    return consult(root, { afterCrash })
  } catch {
    return 'lost'
  }
}

/** Kills once, holds what is left to the law, does it again to its end, and holds that to it, too. */
export async function killOnce(
  { registry, templates }: Scene,
  kill: Kill,
  folder: string,
  bounds: Bounds,
): Promise<Outcome> {
  const { scenario, killAt, beside } = kill
  const { host } = registry
  const label = `${scenario}-${killAt}-${beside === undefined ? 'alone' : `${beside.scenario}-${beside.pauseAt}`}`
  const root = await copyOf(templates[scenario], join(folder, label.replaceAll(' ', '-')))
  const violations: string[] = []

  const other = beside === undefined ? undefined : await startVictim({ root, host, ...beside })
  await other?.paused
  const victim = await startVictim({ root, host, scenario, killAt })
  // It may wait for what the other one holds.
  if (other !== undefined) {
    await victim.started
    await Promise.race([victim.end, sleep(1_000)])
  }
  other?.child.stdin?.write('\n')
  const { ended, said } = await victim.end
  const otherEnd = await other?.end
  // What it was to remove or to tag, the other one may have removed.
  const wasLate = beside !== undefined && said.includes('IMAGE_UNKNOWN')
  if (ended === 'failed' && !wasLate) violations.push(`the victim failed: ${said.slice(0, 400)}`)
  if (otherEnd?.ended === 'failed') violations.push(`the other one failed: ${otherEnd.said.slice(0, 400)}`)

  if (beside === undefined) violations.push(...judge(look(root, true), bounds).map((what) => `after the kill: ${what}`))
  try {
    const store = await openStore({ root, workers: 0 })
    await runs[scenario](store, host)
    await store.close()
  } catch (error) {
    // What was to be removed is gone, or the other one removed what was to be tagged.
    const { code } = error as { readonly code?: string }
    if (code !== 'IMAGE_UNKNOWN') violations.push(`the next run failed: ${String(error)}`)
  }
  const end = look(root, true)
  if (end === 'lost') violations.push('names are lost for good')
  else {
    violations.push(...end.violations.map((what) => `in the end: ${what}`))
    if (beside === undefined && bounds.after !== 'lost' && !same(end.names, bounds.after.names))
      violations.push(`in the end the names are ${JSON.stringify(end.names)}`)
  }
  if (violations.length === 0) await rm(root, { recursive: true })
  return { hit: ended === 'killed', violations, root }
}

/** Names are what they were or what they shall be, and nothing is wrong that was not before. */
export function judge(found: Seen, { before, after }: Bounds): readonly string[] {
  if (found === 'lost') return before === 'lost' ? [] : ['names are lost']
  const known = new Set(before === 'lost' ? [] : before.violations)
  const wrong = found.violations.filter((what) => !known.has(what))
  const names = (seen: Seen): Findings['names'] => (seen === 'lost' ? {} : seen.names)
  for (const name of new Set([
    ...Object.keys(names(before)),
    ...Object.keys(names(after)),
    ...Object.keys(found.names),
  ]))
    if (found.names[name] !== names(before)[name] && found.names[name] !== names(after)[name])
      wrong.push(`${name} is ${String(found.names[name])}`)
  return wrong
}

const same = (one: Findings['names'], other: Findings['names']): boolean =>
  [...Object.keys(one), ...Object.keys(other)].every((name) => one[name] === other[name])
