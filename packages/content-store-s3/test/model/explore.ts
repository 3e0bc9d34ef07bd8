import { firstState, moves, resultsIn, type Contents, type Scene, type State } from './world.ts'

export interface Explored {
  readonly states: number
  /** The first state that was met in which the law does not hold, and how it came to that. */
  readonly broken?: { readonly why: string; readonly path: readonly string[] } | undefined
}

interface Reached {
  readonly before: string | undefined
  readonly how: string
}

/** Every state that can be reached, or those up to the first that breaks the law. */
export function explore(scene: Scene, { most = 5_000_000 } = {}): Explored {
  const keyOf = stateKeys()
  const first = firstState(scene)
  const reached = new Map<string, Reached>([[keyOf(first), { before: undefined, how: 'start' }]])
  const waiting: State[] = [first]
  for (let state = waiting.pop(); state !== undefined; state = waiting.pop()) {
    const key = keyOf(state)
    const results = resultsIn(state)
    try {
      scene.law(state.objects, results)
      if (results.size === state.actors.size && state.strays.length === 0) scene.atEnd?.(state.objects, results)
    } catch (error) {
      return { states: reached.size, broken: { why: (error as Error).message, path: pathTo(key, reached) } }
    }
    for (const { how, state: next } of moves(scene, state)) {
      const nextKey = keyOf(next)
      if (reached.has(nextKey)) continue
      if (reached.size >= most) throw new Error(`more than ${most} states`)
      reached.set(nextKey, { before: key, how })
      waiting.push(next)
    }
  }
  return { states: reached.size }
}

function pathTo(key: string, reached: ReadonlyMap<string, Reached>): readonly string[] {
  const path: string[] = []
  for (let at: string | undefined = key; at !== undefined; at = reached.get(at)?.before)
    path.unshift(reached.get(at)?.how ?? '')
  return path
}

/** Two states are the same when everything in them is. */
function stateKeys(): (state: State) => string {
  const numbers = new Map<string, number>()
  const numberOf = (text: string): number => {
    let number = numbers.get(text)
    if (number === undefined) numbers.set(text, (number = numbers.size))
    return number
  }
  const known = new WeakMap<Contents, number>()
  const contentsOf = (contents: Contents): number => {
    let number = known.get(contents)
    if (number === undefined) {
      const pairs = Array.from(contents, ([key, body]) => numberOf(`${key} ${body}`)).toSorted((a, b) => a - b)
      known.set(contents, (number = numberOf(pairs.join())))
    }
    return number
  }
  return ({ objects, actors, strays, lost, outages, away }) => {
    const parts = [contentsOf(objects), lost, outages, Number(away)]
    for (const { node, ages, asked, seen, refused } of actors.values())
      if (refused === true) parts.push(-2)
      else parts.push(node.id, ...ages.values(), asked, seen === undefined ? -1 : contentsOf(seen))
    return `${parts.join()} ${strays.map(({ key, body, left }) => `${key} ${body} ${left}`).join()}`
  }
}
