import type { Step } from '../../src/protocol/step.ts'
import type { ModelAsk } from './world.ts'

/** What an actor does next, after what it was answered so far. */
export interface ActorNode {
  readonly id: number
  readonly pending: { readonly ask: ModelAsk } | { readonly result: unknown }
  after(answer: unknown): ActorNode
}

/**
 * The steps of one actor as a tree of answers. A generator cannot be copied: for each new node its steps are begun again
 * and given their answers once more.
 */
export function actorTree(start: () => Step<unknown>): ActorNode {
  let made = 0
  const node = (answers: readonly unknown[]): ActorNode => {
    const step = start()
    let next = step.next()
    for (const answer of answers) next = step.next(answer)
    const children = new Map<string, ActorNode>()
    return {
      id: ++made,
      pending: next.done === true ? { result: next.value } : { ask: next.value as ModelAsk },
      after(answer) {
        const key = JSON.stringify(answer) ?? 'nothing'
        let child = children.get(key)
        if (child === undefined) children.set(key, (child = node([...answers, answer])))
        return child
      },
    }
  }
  return node([])
}
