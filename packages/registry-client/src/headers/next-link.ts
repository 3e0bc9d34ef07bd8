const longest = 16 * 1024

/** The target of the first `rel="next"` of a `Link` header (RFC 8288 3); linear, never throws. */
export function nextLink(header: string | null): string | undefined {
  const text = (header ?? '').slice(0, longest)
  let at = 0
  while (at < text.length) {
    const open = text.indexOf('<', at)
    const close = open === -1 ? -1 : text.indexOf('>', open)
    if (close === -1) return undefined
    const end = endOfParameters(text, close + 1)
    if (isNext(text.slice(close + 1, end))) return text.slice(open + 1, close)
    at = end + 1
  }
  return undefined
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

function isNext(parameters: string): boolean {
  return parameters.split(';').some((parameter) => {
    const equals = parameter.indexOf('=')
    if (equals === -1 || parameter.slice(0, equals).trim().toLowerCase() !== 'rel') return false
    const value = parameter
      .slice(equals + 1)
      .trim()
      .replace(/^"|"$/g, '')
    return value
      .toLowerCase()
      .split(/[ \t]+/)
      .includes('next')
  })
}
