import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../../fuzz/random.ts'

export type Kind = 'server' | 'gateway' | 'disk'

/** A process of the fleet that can be killed and started again. */
export interface Victim {
  readonly kind: Kind
  /** Whether it must not be killed now. Default: never. */
  spared?(): boolean
  kill(): Promise<void>
  start(): Promise<void>
}

export interface Killer {
  /** Kills until it is told to end, or `most` are killed; then everybody is started again. */
  run(most: number, signal: AbortSignal): Promise<void>
  /** So far. */
  readonly kills: Readonly<Record<Kind, number>>
}

/** Of ten kills, how many are of each kind. */
const weights: readonly Kind[] = [...Array<Kind>(6).fill('server'), ...Array<Kind>(3).fill('gateway'), 'disk']
/** Kills of others between two kills of the disk: it takes seconds to come back, and all wait for it. */
const betweenDisks = 5
/** Between two kills, and until the victim is started again, in milliseconds. */
const [pauses, absence] = [
  { least: 150, most: 1_500 },
  { least: 0, most: 800 },
]

/**
 * Kills with SIGKILL, in an order that the seed decides, as far as the timing of processes allows. One server and one
 * gateway at least are always there to be asked; the disk may be away at any time, and while it is, no server is killed: all
 * requests wait then, and each kill would cut all of them.
 */
export function createKiller(victims: readonly Victim[], random: Random): Killer {
  const kills = { server: 0, gateway: 0, disk: 0 }
  const away = new Map<Victim, Promise<void>>()
  const some = ({ least, most }: { readonly least: number; readonly most: number }): number =>
    least + random.below(most - least)
  const here = (kind: Kind): readonly Victim[] => victims.filter((each) => each.kind === kind && !away.has(each))
  let sinceDisk = 0
  const mayBeKilled = (kind: Kind): boolean => {
    if (kind === 'disk') return here(kind).length > 0 && sinceDisk >= betweenDisks
    return here(kind).length > 1 && (kind === 'gateway' || here('disk').length > 0)
  }

  async function strike(victim: Victim): Promise<void> {
    await victim.kill()
    await sleep(some(absence))
    await victim.start()
    away.delete(victim)
  }

  return {
    kills,
    async run(most, signal) {
      const failures: unknown[] = []
      for (let count = 0; count < most;) {
        const pause = some(pauses)
        const [kind, pick] = [random.pick(weights), random.below(1_000)]
        await sleep(pause, undefined, { signal }).catch(() => undefined)
        if (signal.aborted || failures.length > 0) break
        const candidates = here(kind)
        const victim = candidates[pick % candidates.length]
        if (victim === undefined || !mayBeKilled(kind) || victim.spared?.() === true) continue
        count += 1
        kills[kind] += 1
        sinceDisk = kind === 'disk' ? 0 : sinceDisk + 1
        away.set(
          victim,
          strike(victim).catch((error: unknown) => void failures.push(error)),
        )
      }
      await Promise.all(away.values())
      if (failures.length > 0) throw failures[0]
    },
  }
}
