/** One challenge of a `WWW-Authenticate` header (RFC 9110 11.6.1). Scheme and parameter names are lower case. */
export interface Challenge {
  readonly scheme: string
  readonly parameters: ReadonlyMap<string, string>
  /** What some schemes have in place of parameters: `Negotiate dG9rZW4=`. */
  readonly token68?: string | undefined
}

/** More is no challenge any registry sends; it bounds time and memory whatever comes. */
const longest = 64 * 1024
const mostChallenges = 32

const isToken = (unit: string | undefined): boolean => unit !== undefined && /[!#$%&'*+.^_`|~0-9A-Za-z-]/.test(unit)
/** One that could be a parameter without a value (`realm=`) is taken for that. */
const token68Form = /(?![^/=]+=[ \t]*(?:,|$))[A-Za-z0-9\-._~+/]+=*(?=[ \t]*(?:,|$))/y
const isBlank = (unit: string | undefined): boolean => unit === ' ' || unit === '\t'

/**
 * All challenges of the header, several in one line included, in their order. Lenient and linear: a malformed part
 * ends its challenge and keeps what was read; reading goes on behind the next comma. The first of two parameters of
 * one name counts. Never throws.
 */
export function parseChallenges(header: string | null | undefined): readonly Challenge[] {
  const text = (header ?? '').slice(0, longest)
  const challenges: { scheme: string; parameters: Map<string, string>; token68?: string }[] = []
  let at = 0

  const skip = (test: (unit: string | undefined) => boolean): void => {
    while (at < text.length && test(text[at])) at++
  }
  const token = (): string => {
    const start = at
    skip(isToken)
    return text.slice(start, at)
  }
  /** A token, and what is none because nobody quoted it: `realm=https://auth.example/token`. */
  const unquoted = (): string => {
    const start = at
    skip((unit) => unit !== ',' && unit !== '"' && !isBlank(unit))
    return text.slice(start, at)
  }
  const quoted = (): string => {
    let value = ''
    let from = ++at
    while (at < text.length && text[at] !== '"') {
      if (text[at] === '\\' && at + 1 < text.length) {
        value += text.slice(from, at)
        from = ++at
      }
      at++
    }
    value += text.slice(from, at)
    at++
    return value
  }
  /** Over what cannot be understood, to the next comma outside quotes. */
  const recover = (): void => {
    while (at < text.length && text[at] !== ',') {
      if (text[at] === '"') quoted()
      else at++
    }
  }

  while (at < text.length && challenges.length < mostChallenges) {
    skip((unit) => unit === ',' || isBlank(unit))
    const name = token()
    if (name === '') {
      recover()
      continue
    }
    const blanksFrom = at
    skip(isBlank)
    const current = challenges.at(-1)
    if (text[at] === '=' && current !== undefined && text[at + 1] !== '=') {
      at++
      skip(isBlank)
      const value = text[at] === '"' ? quoted() : unquoted()
      const key = name.toLowerCase()
      if (!current.parameters.has(key)) current.parameters.set(key, value)
      skip(isBlank)
      if (at < text.length && text[at] !== ',') recover()
      continue
    }
    if (text[at] === '=') {
      recover()
      continue
    }
    token68Form.lastIndex = at
    const token68 = at === blanksFrom ? undefined : token68Form.exec(text)?.[0]
    challenges.push({
      scheme: name.toLowerCase(),
      parameters: new Map(),
      ...(token68 === undefined ? {} : { token68 }),
    })
    // What else follows the scheme's blank is its first parameter.
    if (at === blanksFrom) recover()
    at += token68?.length ?? 0
  }
  return challenges
}
