import { printable } from '@lading/errors'
import type { Budget } from './budget.ts'
import type { Functions } from './functions.ts'
import type { Command, Field, Operand, Pipeline } from './nodes.ts'
import type { Scope } from './scope.ts'
import { templateError } from './template-error.ts'
import { Unsuitable } from './unsuitable.ts'
import { isList, typeOf, type Value } from './value.ts'

/** What stands between `{{` and `}}`, worked out. */
export interface Pipelines {
  /** Its variable, if it has one, is declared in the scope. */
  valueOf(pipeline: Pipeline, dot: Value, scope: Scope): Value
  /** Gives the variables of a pipeline these values. */
  declare(pipeline: Pick<Pipeline, 'variables' | 'assigns' | 'offset'>, values: readonly Value[], scope: Scope): void
}

export function createPipelines(functions: Functions, budget: Budget): Pipelines {
  function valueOf(pipeline: Pipeline, dot: Value, scope: Scope): Value {
    let value: Value
    for (const [at, command] of pipeline.commands.entries())
      value = commandValue(command, { last: at === 0 ? [] : [value], dot, scope })
    declare(pipeline, [value], scope)
    return value
  }

  /** @param last what the command before it gave */
  function commandValue(
    { operands: [head, ...others] }: Command,
    around: Around & { readonly last: readonly Value[] },
  ): Value {
    if (head.kind === 'function') return call(head, others, around)
    if (others.length + around.last.length > 0) throw templateError('only a function takes arguments', head.offset)
    return operandValue(head, around)
  }

  function call(
    { name, offset }: { readonly name: string; readonly offset: number },
    others: readonly Operand[],
    around: Around & { readonly last: readonly Value[] },
  ): Value {
    const found = functions.get(name)
    if (found === undefined) throw templateError(`there is no function '${printable(name, 100)}'`, offset)
    const count = others.length + around.last.length
    if (count < found.least) throw templateError(`${name} takes ${found.least} values, not ${count}`, offset)
    if (count > found.most) throw templateError(`${name} takes at most ${found.most} values, not ${count}`, offset)
    const values: Value[] = []
    for (const other of others) {
      const value = operandValue(other, around)
      if (found.isEnough?.(value) === true) return value
      values.push(value)
    }
    try {
      const given = [...values, ...around.last]
      budget.spend(offset, given)
      const result = found.call(...given)
      budget.spend(offset, [result])
      return result
    } catch (error) {
      // A text longer than the engine makes them.
      if (error instanceof RangeError) throw templateError(`${name} makes a text that is too long`, offset)
      if (error instanceof Unsuitable) throw templateError(`${name} ${error.message}`, offset)
      throw error
    }
  }

  const operandValue = (operand: Operand, around: Around): Value =>
    operand.fields.reduce<Value>(fieldOf, startValue(operand, around))

  function startValue(operand: Operand, { dot, scope }: Around): Value {
    switch (operand.kind) {
      case 'dot':
        return dot
      case 'constant':
        return operand.value
      case 'variable':
        if (!scope.has(operand.name)) throw noVariable(operand.name, operand.offset)
        return scope.get(operand.name)
      case 'pipeline':
        return valueOf(operand.pipeline, dot, scope.inner())
      default:
        return call(operand, [], { dot, scope, last: [] })
    }
  }

  return { valueOf, declare }
}

interface Around {
  readonly dot: Value
  readonly scope: Scope
}

function declare(
  { variables, assigns, offset }: Pick<Pipeline, 'variables' | 'assigns' | 'offset'>,
  values: readonly Value[],
  scope: Scope,
): void {
  for (const [at, name] of variables.entries())
    if (!assigns) scope.declare(name, values[at])
    else if (!scope.assign(name, values[at])) throw noVariable(name, offset)
}

function fieldOf(value: Value, { name, offset }: Field): Value {
  if (value === undefined || value === null)
    throw templateError(`there is nothing that could have .${printable(name, 100)}`, offset)
  if (typeof value !== 'object' || isList(value))
    throw templateError(`${typeOf(value)} has no .${printable(name, 100)}`, offset)
  if (value.kind === 'map') return value.entries.get(name)
  if (value.fields.has(name)) return value.fields.get(name)
  const there = [...value.fields.keys()].map((each) => `.${each}`).join(' ')
  throw templateError(`there is no .${printable(name, 100)}`, offset, `there is ${there}`)
}

const noVariable = (name: string, offset: number): Error =>
  templateError(`there is no variable ${printable(name, 100)}`, offset)
