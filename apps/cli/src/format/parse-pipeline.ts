import { printable } from '@lading/errors'
import type { Token } from './lexer.ts'
import type { Command, Field, Operand, Pipeline, Start } from './nodes.ts'
import { templateError } from './template-error.ts'
import type { Tokens } from './tokens.ts'

export interface PipelineOptions {
  /** Whether there is a function of that name. */
  readonly knows: (name: string) => boolean
  /** Two variables may be declared. */
  readonly inRange: boolean
}

const deepest = 100
const constants: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['false', false],
  ['nil', null],
])

/** Up to what ends it, which is left. @throws CliError `USAGE` with the offset */
export function parsePipeline(tokens: Tokens, { knows, inRange }: PipelineOptions, depth = 0): Pipeline {
  const { offset } = tokens.peek()
  if (depth > deepest) throw templateError(`parentheses nested more than ${deepest} deep`, offset)
  const first: Operand[] = []
  let declared: Pick<Pipeline, 'variables' | 'assigns'> = { variables: [], assigns: false }
  tokens.skipSpace()
  if (tokens.peek().kind === 'variable') {
    const variables = leadingVariables(tokens, inRange)
    if ('declared' in variables) declared = variables.declared
    else first.push(variables.used)
  }
  const commands = [command(tokens, { knows, depth, first })]
  while (isOperator(tokens.peek(), '|')) {
    tokens.next()
    commands.push(command(tokens, { knows, depth, first: [] }))
  }
  return { ...declared, commands, offset }
}

/** `$name :=`, `$name =`, `$index, $element :=`; or a variable that is used. */
function leadingVariables(
  tokens: Tokens,
  inRange: boolean,
): { readonly used: Operand } | { readonly declared: Pick<Pipeline, 'variables' | 'assigns'> } {
  const variable = tokens.next()
  const used = withFields(tokens, { kind: 'variable', name: variable.text }, variable.offset)
  if (used.fields.length > 0) return { used }
  tokens.skipSpace()
  const variables = [variable.text]
  if (isOperator(tokens.peek(), ',')) {
    const comma = tokens.next()
    tokens.skipSpace()
    const second = tokens.next()
    if (!inRange || second.kind !== 'variable')
      throw templateError("',' stands only between the two variables of a range", comma.offset)
    variables.push(second.text)
    tokens.skipSpace()
  }
  const sign = tokens.peek()
  if (isOperator(sign, ':=') || isOperator(sign, '=')) {
    tokens.next()
    return { declared: { variables, assigns: sign.text === '=' } }
  }
  if (variables.length > 1) throw templateError("':=' is missing behind the two variables", sign.offset)
  return { used }
}

function command(
  tokens: Tokens,
  { knows, depth, first }: Pick<PipelineOptions, 'knows'> & { readonly depth: number; readonly first: Operand[] },
): Command {
  tokens.skipSpace()
  const start = first[0]?.offset ?? tokens.peek().offset
  const operands = first
  for (;;) {
    tokens.skipSpace()
    const token = tokens.peek()
    if (token.kind === 'close' || token.kind === 'end' || isOperator(token, '|') || isOperator(token, ')')) break
    operands.push(operand(tokens, knows, depth))
  }
  const [head, ...others] = operands
  if (head === undefined) throw templateError('a value is missing', tokens.peek().offset)
  if (head.kind === 'constant' && others.length > 0)
    throw templateError('a constant takes no arguments', others[0]?.offset ?? start)
  return { operands: [head, ...others], offset: start }
}

function operand(tokens: Tokens, knows: (name: string) => boolean, depth: number): Operand {
  const token = tokens.next()
  const { offset, text } = token
  switch (token.kind) {
    case 'dot':
      return { kind: 'dot', fields: [], offset }
    case 'field':
      return withFields(tokens, { kind: 'dot' }, offset, [{ name: text, offset }])
    case 'variable':
      return withFields(tokens, { kind: 'variable', name: text }, offset)
    case 'string':
      return { kind: 'constant', value: text, fields: [], offset }
    case 'number':
      return { kind: 'constant', value: Number(text), fields: [], offset }
    case 'word': {
      const constant = constants.get(text)
      if (constant !== undefined) return { kind: 'constant', value: constant, fields: [], offset }
      if (!knows(text)) throw unknownFunction(text, offset)
      return { kind: 'function', name: text, fields: [], offset }
    }
    case 'operator':
      if (text === '(') {
        const pipeline = parsePipeline(tokens, { knows, inRange: false }, depth + 1)
        tokens.skipSpace()
        const end = tokens.next()
        if (!isOperator(end, ')')) throw templateError("a '(' that is not closed", offset)
        return withFields(tokens, { kind: 'pipeline', pipeline }, offset)
      }
      break
    default:
  }
  throw templateError(`unexpected '${printable(text, 40)}'`, offset)
}

const unknownFunction = (name: string, offset: number): Error =>
  templateError(
    `there is no function '${printable(name, 40)}'`,
    offset,
    /^[A-Z]/.test(name) ? `for a member, write .${printable(name, 40)}` : undefined,
  )

/** The fields that follow without a blank. */
function withFields(tokens: Tokens, start: Start, offset: number, before: readonly Field[] = []): Operand {
  const fields = [...before]
  while (tokens.peek().kind === 'field') {
    const { text, offset: at } = tokens.next()
    fields.push({ name: text, offset: at })
  }
  return { ...start, fields, offset }
}

const isOperator = ({ kind, text }: Token, sign: string): boolean => kind === 'operator' && text === sign
