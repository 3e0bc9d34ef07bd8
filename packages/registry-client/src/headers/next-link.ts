const longest = 256 * 1024

/**
 * The target of the first link of a `Link` header (RFC 8288 3) that leads to the next page: `rel="next"`, or no `rel` at
 * all; without brackets too, as some registries write it. Linear, never throws.
 *
 * @returns `null`: there is something, and it cannot be understood
 */
export function nextLink(header: string | null): string | undefined | null {
  const text = (header ?? '').slice(0, longest).trim()
  if (text === '') return undefined
  if (!text.includes('<')) return bareTarget(text)
  let at = 0
  while (at < text.length) {
    const open = text.indexOf('<', at)
    if (open === -1) return undefined
    const close = text.indexOf('>', open)
    if (close === -1) return null
    const end = endOfParameters(text, close + 1)
    if (isNext(text.slice(close + 1, end))) return text.slice(open + 1, close).trim()
    at = end + 1
  }
  return undefined
}

/** `/v2/a/tags/list?last=b; rel="next"`, or the same in quotes. */
function bareTarget(text: string): string | undefined | null {
  const end = text.indexOf(';')
  const target = (end === -1 ? text : text.slice(0, end)).trim().replace(/^"|"$/g, '')
  if (end !== -1 && !isNext(text.slice(end))) return undefined
  return /^[^\s<>",]+$/.test(target) ? target : null
}

/** The comma after this link, outside quotes. */
function endOfParameters(text: string, from: number): number {
  let quoted = false
  for (let at = from; at < text.length; at++) {
    if (text[at] === '\\' && quoted) at++
    else if (text[at] === '"') quoted = !quoted
    else if (text[at] === ',' && !quoted) return at
  }
  return text.length
}

/** Without any `rel`, it is what registries have a `Link` for. */
function isNext(parameters: string): boolean {
  const relations = parameters.split(';').flatMap((parameter) => {
    const equals = parameter.indexOf('=')
    if (equals === -1 || parameter.slice(0, equals).trim().toLowerCase() !== 'rel') return []
    const value = parameter.slice(equals + 1).trim()
    return [value.replace(/^["']|["']$/g, '').toLowerCase()]
  })
  return relations.length === 0 || relations.some((relation) => relation.split(/[ \t]+/).includes('next'))
}
