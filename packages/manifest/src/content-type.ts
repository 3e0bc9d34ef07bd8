import { printable } from '@lading/errors'
import { ManifestError } from './manifest-error.ts'

// RFC 9110 5.6.2: token. One character class a part, so matching is linear.
const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
const mediaType = new RegExp(`^${token}/${token}$`)
const wholeToken = new RegExp(`^${token}$`)
const parameterStart = new RegExp(`^${token}=`)
const longest = 1024

/**
 * The media type of a `Content-Type` header, lower case and without parameters. Absent or empty is `undefined`.
 *
 * @throws ManifestError `CONTENT_TYPE_INVALID` for what is not `type/subtype[; name=value]…` (RFC 9110 8.3)
 */
export function parseContentType(header: string | null | undefined): string | undefined {
  const text = header?.trim() ?? ''
  if (text === '') return undefined
  const semicolon = text.indexOf(';')
  const type = (semicolon === -1 ? text : text.slice(0, semicolon)).trim()
  const wellFormed =
    text.length <= longest &&
    mediaType.test(type) &&
    (semicolon === -1 || parametersAreWellFormed(text.slice(semicolon)))
  if (!wellFormed) {
    throw new ManifestError('CONTENT_TYPE_INVALID', `malformed content type "${printable(text, 200)}"`, {
      hint: 'the registry or a proxy before it sends a broken header; check the address',
      actual: printable(text, 200),
    })
  }
  return type.toLowerCase()
}

function parametersAreWellFormed(text: string): boolean {
  let rest = text
  while (rest !== '') {
    // Empty parameters (`;;`, a `;` at the end) are allowed for the sake of old servers, as RFC 9110 5.6.6 does.
    rest = rest.replace(/^;[ \t]*/, '')
    if (rest === '' || rest.startsWith(';')) continue
    const name = parameterStart.exec(rest)
    if (name === null) return false
    const value = parameterValue(rest, name[0].length)
    if (value === undefined) return false
    rest = rest.slice(value).trimStart()
    if (rest !== '' && !rest.startsWith(';')) return false
  }
  return true
}

/** Where the value that starts at `from` ends. */
function parameterValue(text: string, from: number): number | undefined {
  let at = from
  if (text[at] !== '"') {
    while (at < text.length && text[at] !== ';' && text[at] !== ' ' && text[at] !== '\t') at++
    return wholeToken.test(text.slice(from, at)) ? at : undefined
  }
  for (at++; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '"') return at + 1
  }
  return undefined
}
