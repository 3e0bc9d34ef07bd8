/**
 * A pattern for paths: `*` and `?` within a part, `**` for any parts, `[a-z]`, `[!a-z]`, `{a,b}`, and a backslash before a character
 * that is literal. Patterns start at the root, with or without a slash before them.
 *
 * @returns whether a path, with a slash before it, matches
 */
export function globMatcher(pattern: string): (path: string) => boolean {
  const regexp = new RegExp(`^/${sourceOf(pattern.replace(/^\/+/, ''))}$`, 'su')
  return (path) => regexp.test(path)
}

function sourceOf(pattern: string): string {
  const tokens =
    /(?<deep>(?<=^|\/)\*\*\/)|(?<rest>(?<=\/|^)\*\*$)|(?<star>\*+)|(?<one>\?)|\[(?<not>[!^]?)(?<set>\]?[^\]]*)\]|(?<open>\{)|(?<comma>,)|(?<close>\})|\\(?<plain>.)|(?<other>.)/gsu
  let source = ''
  let depth = 0
  for (const { groups = {} } of pattern.matchAll(tokens)) {
    const { deep, rest, star, one, not, set, open, comma, close, plain, other } = groups
    if (deep !== undefined) source += '(?:[^/]+/)*'
    else if (rest !== undefined) source += '.*'
    else if (star !== undefined) source += '[^/]*'
    else if (one !== undefined) source += '[^/]'
    else if (set !== undefined) source += setOf(set, not !== '')
    else if (open !== undefined) {
      depth++
      source += '(?:'
    } else if (comma !== undefined) source += depth > 0 ? '|' : ','
    else if (close !== undefined) {
      source += depth > 0 ? ')' : '\\}'
      depth = Math.max(0, depth - 1)
    } else source += (plain ?? other ?? '').replace(/[$()*+.?[\\\]^{|}/]/, String.raw`\$&`)
  }
  return source + ')'.repeat(depth)
}

/** One character of a set; as in shells, a range that ends before it begins has none. */
function setOf(set: string, isNot: boolean): string {
  const escaped = (character: string): string => character.replace(/[\\\][^-]/, String.raw`\$&`)
  let members = ''
  for (const [, from = '', to, single = ''] of set.matchAll(/(.)-(.)|(.)/gsu)) {
    if (to === undefined) members += escaped(single)
    else if ((from.codePointAt(0) ?? 0) <= (to.codePointAt(0) ?? 0)) members += `${escaped(from)}-${escaped(to)}`
  }
  return `(?!/)[${isNot ? '^' : ''}${members}]`
}
