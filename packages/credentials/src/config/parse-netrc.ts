import { printable } from '@lading/errors'
import { CredentialError } from '../credential-error.ts'

export interface NetrcEntry {
  readonly machine: string
  readonly login: string | undefined
  readonly password: string | undefined
}

interface Token {
  readonly text: string
  readonly quoted: boolean
  readonly line: number
}

/**
 * The machines of a netrc file. Words are parted by blanks; a word in double quotes may hold some, and `\` takes the
 * next character as it is, as curl reads it. `#` begins a comment at the start of a line. Macros, unknown words and the
 * `default` entry are passed over.
 *
 * @throws CredentialError `CREDENTIALS_INVALID`, with the line and never a word of it
 */
export function parseNetrc(text: string, place: string): readonly NetrcEntry[] {
  const fail = (line: number, why: string): never => {
    throw new CredentialError('CREDENTIALS_INVALID', `${printable(place)}, line ${line}: ${why}`, {
      path: place,
      hint: 'write: machine HOST login USER password PASSWORD',
    })
  }
  const entries: { machine: string | undefined; login: string | undefined; password: string | undefined }[] = []
  const tokens = tokensOf(text, fail)
  for (let index = 0; index < tokens.length; index++) {
    const { text: word, line } = tokens[index] as Token
    const entry = entries.at(-1)
    const next = (): string => tokens[++index]?.text ?? fail(line, 'it ends where another word must follow')
    switch (word) {
      case 'machine':
        entries.push({ machine: next(), login: undefined, password: undefined })
        break
      case 'default':
        entries.push({ machine: undefined, login: undefined, password: undefined })
        break
      case 'login':
      case 'password': {
        const value = next()
        if (entry === undefined) fail(line, 'it does not belong to a machine')
        else entry[word] = value
        break
      }
      case 'account':
        next()
        break
      default:
      // Other programs have words of their own here, and other machines are theirs.
    }
  }
  return entries.flatMap(({ machine, login, password }) =>
    machine === undefined ? [] : [{ machine, login, password }],
  )
}

function tokensOf(text: string, fail: (line: number, why: string) => never): readonly Token[] {
  const tokens: Token[] = []
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/)
  for (let number = 0; number < lines.length; number++) {
    const line = lines[number] ?? ''
    if (/^\s*#/.test(line)) continue
    let at = 0
    while (at < line.length) {
      if (/\s/.test(line[at] ?? '')) {
        at++
        continue
      }
      const quoted = line[at] === '"'
      let word = ''
      if (quoted) at++
      while (at < line.length && (quoted ? line[at] !== '"' : !/\s/.test(line[at] ?? ''))) {
        if (line[at] === '\\' && quoted) at++
        word += line[at++] ?? ''
      }
      if (quoted && line[at++] !== '"') fail(number + 1, 'a quotation mark is not closed')
      if (word === 'macdef' && !quoted) {
        // A macro goes to the next empty line.
        while (number + 1 < lines.length && lines[number + 1] !== '') number++
        break
      }
      tokens.push({ text: word, quoted, line: number + 1 })
    }
  }
  return tokens
}
