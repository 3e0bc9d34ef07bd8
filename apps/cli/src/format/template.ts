import { evaluate } from './evaluate.ts'
import { functions, headingFunctions } from './functions.ts'
import type { Block } from './nodes.ts'
import { parseTemplate } from './parser.ts'
import type { Value } from './value.ts'

/** A Go template that has been read. */
export interface Template {
  /** @throws CliError `USAGE` with the offset */
  text(value: Value): string
  /** With headings in the place of values. */
  heading(headings: Value): string
}

export interface TemplateOptions {
  /** Whether a backslash and `t` or `n` outside of an action are a tab and a line end, as docker has it of its lists. Default false. */
  readonly escapes?: boolean | undefined
  /** Steps after which one evaluation is stopped: a node, a call of a function, 100 units of text. Default 1,000,000. */
  readonly mostSteps?: number | undefined
  /** Where it begins in the text, for the offsets of errors. Default 0. */
  readonly from?: number | undefined
}

/** @throws CliError `USAGE` with the offset */
export function compileTemplate(source: string, { escapes = false, from, mostSteps }: TemplateOptions = {}): Template {
  const parsed = parseTemplate(source, { knows: (name) => functions.has(name), from })
  const nodes = escapes ? withEscapes(parsed) : parsed
  return {
    text: (value) => evaluate(nodes, value, { functions, mostSteps }),
    heading: (headings) => evaluate(nodes, headings, { functions: headingFunctions, mostSteps }),
  }
}

const withEscapes = (nodes: Block): Block =>
  nodes.map((node) => {
    if (node.kind === 'text') return { ...node, text: node.text.replaceAll('\\t', '\t').replaceAll('\\n', '\n') }
    if (!('body' in node)) return node
    return { ...node, body: withEscapes(node.body), otherwise: withEscapes(node.otherwise) }
  })
