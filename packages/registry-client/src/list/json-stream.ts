import { numberAfter, numberMayEnd, type NumberState } from './json-number.ts'

/** Told of what a document is made of, as it comes. `depth`: how many arrays and objects are around it. */
export interface JsonListener {
  /** A value begins. True: its text is wanted; nothing inside of it is then wanted too. */
  begin(depth: number, first: string): boolean
  /** A value ended. Its text where that was wanted and is not too long. */
  end(depth: number, text: string | undefined): void
  /** The name of a member of the outermost object, in quotes as it came, unless it is too long. */
  key(text: string | undefined): void
}

export interface JsonStream {
  /** @throws SyntaxError, as soon as no document can begin like this */
  write(text: string): void
  /**
   * False: the text ended inside of the document.
   *
   * @throws SyntaxError when there was none
   */
  end(): boolean
}

export interface JsonStreamOptions {
  /** In UTF-16 units. What is wanted and longer is told without its text. */
  readonly longestText: number
  /** Arrays and objects inside of each other. */
  readonly deepest: number
}

type State =
  | 'value'
  | 'value or ]'
  | 'key'
  | 'key or }'
  | ':'
  | ', or end'
  | 'text'
  | 'escape'
  | 'hex'
  | 'word'
  | 'over'
  | NumberState

const words: Readonly<Record<string, string>> = { t: 'true', f: 'false', n: 'null' }

/**
 * Reads exactly what `JSON.parse` reads, a piece at a time, and keeps nothing but the texts that are asked for: of what is
 * passed over only the depth costs memory.
 */
export function createJsonStream(to: JsonListener, { longestText, deepest }: JsonStreamOptions): JsonStream {
  let state: State = 'value'
  const around: ('{' | '[')[] = []
  let isKey = false
  let word = ''
  let left = 0
  /** Where the wanted text begins in this piece, and what came of it in those before. */
  let from = -1
  let wantedAt = -1
  let kept = ''
  let tooLong = false

  const want = (at: number, depth: number): void => {
    from = at
    wantedAt = depth
    kept = ''
    tooLong = false
  }
  const keep = (piece: string, end: number): void => {
    tooLong ||= kept.length + end - from > longestText
    kept = tooLong ? '' : kept + piece.slice(from, end)
  }
  /** The wanted text, which ends here. */
  const taken = (piece: string, end: number): string | undefined => {
    keep(piece, end)
    from = -1
    wantedAt = -1
    return tooLong ? undefined : kept
  }
  const ended = (piece: string, end: number): void => {
    const depth = around.length
    state = depth === 0 ? 'over' : ', or end'
    to.end(depth, wantedAt === depth ? taken(piece, end) : undefined)
  }
  const begin = (first: string, at: number): void => {
    const depth = around.length
    if (to.begin(depth, first) && from === -1) want(at, depth)
    if (first === '{' || first === '[') {
      if (depth === deepest) throw new SyntaxError(`more than ${deepest} arrays and objects inside of each other`)
      around.push(first)
      state = first === '{' ? 'key or }' : 'value or ]'
    } else if (first === '"') {
      isKey = false
      state = 'text'
    } else if (words[first] !== undefined) {
      word = words[first]
      left = word.length - 1
      state = 'word'
    } else {
      const number = numberAfter('begin', first)
      if (number === undefined) throw unexpected(first)
      state = number
    }
  }
  const close = (last: string, piece: string, at: number): void => {
    if (around.pop() !== (last === '}' ? '{' : '[')) throw unexpected(last)
    ended(piece, at + 1)
  }
  const endOfText = (piece: string, at: number): void => {
    if (!isKey) return ended(piece, at + 1)
    state = ':'
    if (around.length === 1) to.key(taken(piece, at + 1))
  }
  const beginKey = (at: number): void => {
    isKey = true
    state = 'text'
    if (around.length === 1) want(at, -1)
  }

  /** One character outside of a text; true: it is to be looked at again. */
  const step = (char: string, piece: string, at: number): boolean => {
    switch (state) {
      case 'word':
        if (char !== word[word.length - left]) throw unexpected(char)
        left -= 1
        if (left === 0) ended(piece, at + 1)
        return false
      case 'escape':
        if (char === 'u') left = 4
        else if (!'"\\/bfnrt'.includes(char)) throw unexpected(char)
        state = char === 'u' ? 'hex' : 'text'
        return false
      case 'hex':
        if (!/[0-9a-fA-F]/.test(char)) throw unexpected(char)
        left -= 1
        if (left === 0) state = 'text'
        return false
      case 'value':
      case 'value or ]':
      case 'key':
      case 'key or }':
      case ':':
      case ', or end':
      case 'over':
      case 'text':
        break
      default: {
        const next = numberAfter(state, char)
        if (next !== undefined) {
          state = next
          return false
        }
        if (!numberMayEnd(state)) throw unexpected(char)
        ended(piece, at)
        return true
      }
    }
    if (char === ' ' || char === '\n' || char === '\r' || char === '\t') return false
    if (state === 'value or ]' && char === ']') close(char, piece, at)
    else if (state === 'key or }' && char === '}') close(char, piece, at)
    else if (state === 'value' || state === 'value or ]') begin(char, at)
    else if ((state === 'key' || state === 'key or }') && char === '"') beginKey(at)
    else if (state === ':' && char === ':') state = 'value'
    else if (state === ', or end' && char === ',') state = around.at(-1) === '{' ? 'key' : 'value'
    else if (state === ', or end' && (char === '}' || char === ']')) close(char, piece, at)
    else throw unexpected(char)
    return false
  }

  return {
    write(piece) {
      if (from !== -1) from = 0
      for (let at = 0; at < piece.length;) {
        if (state === 'text') {
          at = endOfPlain(piece, at)
          if (at === piece.length) break
          const char = piece.charCodeAt(at)
          if (char === quote) endOfText(piece, at)
          else if (char === backslash) state = 'escape'
          else throw unexpected(piece.charAt(at))
          at += 1
        } else if (!step(piece.charAt(at), piece, at)) at += 1
      }
      if (from !== -1) {
        keep(piece, piece.length)
        from = 0
      }
    },
    end() {
      if (around.length === 0 && isNumber(state) && numberMayEnd(state)) ended('', 0)
      if (around.length === 0 && state === 'value') throw new SyntaxError('there is nothing')
      return state === 'over'
    },
  }
}

const quote = 0x22
const backslash = 0x5c

/** Up to the next character of a text that is not just itself. */
function endOfPlain(piece: string, from: number): number {
  let at = from
  for (; at < piece.length; at++) {
    const char = piece.charCodeAt(at)
    if (char === quote || char === backslash || char < 0x20) break
  }
  return at
}

const isNumber = (state: State): state is NumberState => state.startsWith('number')

const unexpected = (char: string): SyntaxError => new SyntaxError(`unexpected ${JSON.stringify(char)}`)
