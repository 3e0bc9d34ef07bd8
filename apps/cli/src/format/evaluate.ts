import { createBudget } from './budget.ts'
import type { Functions } from './functions.ts'
import type { Block, Node } from './nodes.ts'
import { createPipelines } from './pipelines.ts'
import { printValue } from './print-value.ts'
import { createScope, type Scope } from './scope.ts'
import { templateError } from './template-error.ts'
import { isList, isTrue, sortedEntries, typeOf, type Value } from './value.ts'

/** More text than this is a mistake, in UTF-16 units. */
const mostText = 64 * 1024 * 1024

/** How a block ended before its end. */
type Left = 'break' | 'continue' | undefined

export interface EvaluateOptions {
  readonly functions: Functions
  /** Steps after which it is stopped. Default 1,000,000. */
  readonly mostSteps?: number | undefined
}

/** What the template makes of a value. @throws CliError `USAGE` with the offset */
export function evaluate(template: Block, value: Value, { functions, mostSteps }: EvaluateOptions): string {
  const budget = createBudget(mostSteps)
  const { valueOf, declare } = createPipelines(functions, budget)
  const parts: string[] = []
  let length = 0

  function write(text: string, offset: number): void {
    budget.spend(offset, [text])
    length += text.length
    if (length > mostText) throw templateError('it prints more than 64 MiB', offset)
    parts.push(text)
  }

  function block(nodes: Block, dot: Value, scope: Scope): Left {
    for (const node of nodes) {
      const left = step(node, dot, scope)
      if (left !== undefined) return left
    }
    return undefined
  }

  function step(node: Node, dot: Value, scope: Scope): Left {
    switch (node.kind) {
      case 'text':
        write(node.text, node.offset)
        return undefined
      case 'print': {
        const printed = valueOf(node.pipeline, dot, scope)
        if (node.pipeline.variables.length === 0) write(printValue(printed), node.pipeline.offset)
        return undefined
      }
      case 'break':
      case 'continue':
        return node.kind
      case 'range':
        return range(node, dot, scope)
      default: {
        const inner = scope.inner()
        const found = valueOf(node.pipeline, dot, inner)
        if (!isTrue(found)) return block(node.otherwise, dot, inner)
        return block(node.body, node.kind === 'with' ? found : dot, inner)
      }
    }
  }

  function range(
    { pipeline, body, otherwise }: Node & { readonly kind: 'range' | 'if' | 'with' },
    dot: Value,
    scope: Scope,
  ): Left {
    const items = itemsOf(valueOf({ ...pipeline, variables: [] }, dot, scope), pipeline.offset)
    if (items.length === 0) return block(otherwise, dot, scope.inner())
    for (const [key, item] of items) {
      budget.spend(pipeline.offset, [])
      const inner = scope.inner()
      // One variable is the element; of two, the first is the index.
      declare(pipeline, pipeline.variables.length > 1 ? [key, item] : [item], inner)
      if (block(body, item, inner) === 'break') break
    }
    return undefined
  }

  block(template, value, createScope(value))
  return parts.join('')
}

function itemsOf(value: Value, offset: number): readonly (readonly [Value, Value])[] {
  if (value === null || value === undefined) return []
  if (isList(value)) return value.map((each, index) => [index, each])
  if (typeof value === 'object' && value.kind === 'map') return sortedEntries(value)
  throw templateError(`range needs a list or a map, not ${typeOf(value)}`, offset)
}
