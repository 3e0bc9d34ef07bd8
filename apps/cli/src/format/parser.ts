import { printable } from '@lading/errors'
import { lex, type Token } from './lexer.ts'
import type { Block, Node } from './nodes.ts'
import { parsePipeline } from './parse-pipeline.ts'
import { templateError } from './template-error.ts'
import { tokensOf, type Tokens } from './tokens.ts'

/** Far deeper than anybody writes, and far from the end of the stack. */
const deepest = 100

const unsupported: ReadonlySet<string> = new Set(['define', 'template', 'block'])

interface Ended {
  readonly nodes: Block
  /** What ended it; `undefined`: the template did. */
  readonly by?: Token | undefined
}

/**
 * Reads a Go template.
 *
 * @param options.knows whether there is a function of that name
 * @param options.from where it begins in the text
 * @throws CliError `USAGE` with the offset
 */
export function parseTemplate(
  template: string,
  { knows, from = 0 }: { readonly knows: (name: string) => boolean; readonly from?: number | undefined },
): Block {
  const parser = createParser(tokensOf(lex(template, from)), knows)
  const { nodes, by } = parser.block(0, false)
  if (by !== undefined) throw templateError(`'${by.text}' without something that it belongs to`, by.offset)
  return nodes
}

function createParser(
  tokens: Tokens,
  knows: (name: string) => boolean,
): { block(depth: number, inRange: boolean): Ended } {
  function block(depth: number, inRange: boolean): Ended {
    if (depth > deepest) throw templateError(`blocks nested more than ${deepest} deep`, tokens.peek().offset)
    const nodes: Node[] = []
    for (;;) {
      const token = tokens.next()
      if (token.kind === 'end') return { nodes }
      if (token.kind === 'text') {
        nodes.push({ kind: 'text', text: token.text, offset: token.offset })
        continue
      }
      tokens.skipSpace()
      const word = tokens.peek()
      if (word.kind === 'word' && (word.text === 'end' || word.text === 'else')) {
        tokens.next()
        return { nodes, by: word }
      }
      nodes.push(action(depth, inRange))
    }
  }

  function action(depth: number, inRange: boolean): Node {
    const word = tokens.peek()
    if (word.kind === 'word') {
      if (word.text === 'if' || word.text === 'with' || word.text === 'range') {
        tokens.next()
        return control(word.text, depth, inRange)
      }
      if (word.text === 'break' || word.text === 'continue') {
        tokens.next()
        if (!inRange) throw templateError(`'${word.text}' outside of a range`, word.offset)
        close()
        return { kind: word.text }
      }
      if (unsupported.has(word.text)) throw templateError(`'${word.text}' is not supported`, word.offset)
    }
    const pipeline = parsePipeline(tokens, { knows, inRange: false })
    close()
    return { kind: 'print', pipeline }
  }

  function control(kind: 'if' | 'with' | 'range', depth: number, inRange: boolean): Node {
    const start = tokens.peek().offset
    tokens.skipSpace()
    const pipeline = parsePipeline(tokens, { knows, inRange: kind === 'range' })
    close()
    const within = inRange || kind === 'range'
    const body = block(depth + 1, within)
    if (body.by === undefined) throw templateError(`'${kind}' without an 'end'`, start, 'add {{end}}')
    const otherwise = body.by.text === 'end' ? [] : elseOf(kind, depth, inRange)
    if (body.by.text === 'end') close()
    return { kind, pipeline, body: body.nodes, otherwise }
  }

  /** `{{else}}`, `{{else if …}}` and `{{else with …}}`: the last two end with the same `{{end}}`. */
  function elseOf(kind: 'if' | 'with' | 'range', depth: number, inRange: boolean): Block {
    tokens.skipSpace()
    const next = tokens.peek()
    if (next.kind === 'word' && next.text === kind && kind !== 'range') {
      if (depth >= deepest) throw templateError(`blocks nested more than ${deepest} deep`, next.offset)
      tokens.next()
      return [control(kind, depth + 1, inRange)]
    }
    close()
    const { nodes, by } = block(depth + 1, inRange)
    if (by?.text !== 'end') throw templateError("'else' without an 'end'", next.offset, 'add {{end}}')
    close()
    return nodes
  }

  function close(): void {
    tokens.skipSpace()
    const token = tokens.next()
    if (token.kind !== 'close') throw templateError(`unexpected '${printable(token.text, 40)}'`, token.offset)
  }

  return { block }
}
