import type { Value } from './value.ts'

/** A parsed template. Offsets are UTF-16 units from its start. */
export type Node =
  | { readonly kind: 'text'; readonly text: string; readonly offset: number }
  | { readonly kind: 'print'; readonly pipeline: Pipeline }
  | {
      readonly kind: 'if' | 'with' | 'range'
      readonly pipeline: Pipeline
      readonly body: Block
      readonly otherwise: Block
    }
  | { readonly kind: 'break' | 'continue' }

export type Block = readonly Node[]

/** What one command gives is the last argument of the next. */
export interface Pipeline {
  /** Of `$name := …`, or of `range $index, $element := …`. */
  readonly variables: readonly string[]
  /** `=`: they are there already. */
  readonly assigns: boolean
  readonly commands: readonly Command[]
  readonly offset: number
}

/** A value, or a function and its arguments. */
export interface Command {
  readonly operands: readonly [Operand, ...Operand[]]
  readonly offset: number
}

export type Operand = Start & { readonly fields: readonly Field[]; readonly offset: number }

/** Where an operand begins, before its fields. */
export type Start =
  | { readonly kind: 'dot' }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'constant'; readonly value: Value }
  | { readonly kind: 'function'; readonly name: string }
  | { readonly kind: 'pipeline'; readonly pipeline: Pipeline }

export interface Field {
  readonly name: string
  readonly offset: number
}
