/**
 * A pattern for paths: `*` and `?` within a part, `**` for any parts, `[a-z]`, `[!a-z]`, `{a,b}`, and a backslash before what is
 * meant as it is. Everything of a path begins at the root, with or without a slash before it.
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
    else if (set !== undefined) source += `(?!/)[${not === '' ? '' : '^'}${set.replaceAll(/[\\\][&^]/g, '\\$&')}]`
    else if (open !== undefined) {
      depth++
      source += '(?:'
    } else if (comma !== undefined) source += depth > 0 ? '|' : ','
    else if (close !== undefined) {
      source += depth > 0 ? ')' : '\\}'
      depth = Math.max(0, depth - 1)
    } else source += (plain ?? other ?? '').replace(/[$()*+.?[\\\]^{|}/-]/, String.raw`\$&`)
  }
  return source + ')'.repeat(depth)
}
