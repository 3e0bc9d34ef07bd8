import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRandom } from '../../fuzz/random.ts'
import { inLanes } from '../in-lanes.ts'
import { look } from '../kill/one-kill.ts'
import { copyOf, prepareScene } from '../kill/templates.ts'
import { attempt, failOnce } from './one-fault.ts'
import { verbs } from './verbs.ts'

export interface FaultRun {
  /** Faults, over all that is done and all errors. */
  readonly count: number
  readonly seed: number
  readonly only?: string | undefined
  readonly say: (line: string) => void
}

const errnos = ['ENOSPC', 'EIO', 'EMFILE', 'EACCES', 'ENOMEM', 'ESTALE', 'EDQUOT']

/**
 * Each thing that is done to a store, with an error at its Nth call, reads included: that call alone, or it and all later
 * ones. A `write` that fails has written half.
 */
export async function runFaults({ count, seed, only, say }: FaultRun): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'lading-faults-'))
  const scene = await prepareScene(folder, 100_000)
  const { host } = scene.registry
  const chosen = Object.entries(verbs).filter(([name]) => only === undefined || name.startsWith(only))
  let [made, broken] = [0, 0]
  try {
    for (const [name, verb] of chosen) {
      const template = scene.templates[verb.before]
      const root = await copyOf(template, join(folder, 'whole', name.replaceAll(' ', '-')))
      const before = look(root, true)
      const { error, fs } = await attempt(verb, root, host, [])
      if (error !== undefined) throw new Error(`${name} does not work at all`, { cause: error })
      const bounds = { before, after: look(root, true) }
      const calls = fs.calls.length
      const said: Record<string, number> = {}
      const wrong: string[] = []
      await inLanes(planOf(calls, Math.ceil(count / chosen.length), seed), async ({ at, fault }) => {
        const copy = await copyOf(template, join(folder, `${name.replaceAll(' ', '-')}-${at}`))
        const outcome = await failOnce(verb, { root: copy, host, fault, bounds })
        said[outcome.said] = (said[outcome.said] ?? 0) + 1
        if (outcome.wrong.length > 0)
          wrong.push(`  ${JSON.stringify(fault)}, kept in ${copy}\n    ${outcome.wrong.join('\n    ')}`)
        made += 1
      })
      broken += wrong.length
      say(`${name}: ${calls} calls, ${JSON.stringify(said)}, ${wrong.length} violations`)
      for (const line of wrong.slice(0, 10)) say(line)
    }
  } finally {
    await scene.registry.close()
    if (broken === 0) await rm(folder, { recursive: true })
  }
  say(`${made} faults, seed ${seed}: ${broken} violations`)
  return made > 0 && broken === 0
}

interface Planned {
  readonly at: number
  readonly fault: { readonly nth: number; readonly errno: string; readonly forGood: boolean }
}

/** All there are, or evenly as many of them as are asked for, from one that the seed decides. */
function planOf(calls: number, share: number, seed: number): readonly Planned[] {
  const all = calls * errnos.length * 2
  const many = Math.min(all, share)
  const first = createRandom(seed).below(all)
  return Array.from({ length: many }, (_, at) => {
    const number = (first + Math.floor((at * all) / many)) % all
    const [kind, nth] = [number % (errnos.length * 2), Math.floor(number / (errnos.length * 2)) + 1]
    return { at, fault: { nth, errno: errnos[kind >> 1] ?? 'EIO', forGood: kind % 2 === 1 } }
  })
}
