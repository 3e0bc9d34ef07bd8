/** docker's filter: `NAME`, or `NAME=VALUE`. */
export function hasLabel(labels: Readonly<Record<string, string>>, filter: string): boolean {
  const at = filter.indexOf('=')
  const name = at < 0 ? filter : filter.slice(0, at)
  if (!Object.hasOwn(labels, name)) return false
  return at < 0 || labels[name] === filter.slice(at + 1)
}
