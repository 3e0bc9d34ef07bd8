// Controls, bidirectional overrides and isolates, invisible spaces, line separators: what can lie about a text.
const unprintable =
  // oxlint-disable-next-line no-control-regex
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

/** Text from outside, with what cannot be seen made visible, cut to `limit` UTF-16 units. */
export function visible(text, limit = 600) {
  const all = String(text)
  const kept = all.length > limit ? `${all.slice(0, limit)}…` : all
  return kept.replace(unprintable, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** `sha256:1234567890ab…`: enough to tell digests apart. */
export function shortDigest(digest) {
  const text = String(digest)
  const match = /^([a-z0-9]+:[0-9a-f]{12})[0-9a-f]+$/.exec(text)
  return match === null ? visible(text, 40) : `${match[1]}…`
}

/** A path in which digests are short. */
export const shortPath = (path) => visible(path).replace(/((?:sha256|sha512):[0-9a-f]{12})[0-9a-f]{20,}/g, '$1…')

export function bytesText(bytes) {
  if (typeof bytes !== 'number') return ''
  const units = ['B', 'kB', 'MB', 'GB']
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`
}

export const millisecondsText = (ms) =>
  ms < 1000 ? `${ms.toFixed(ms < 10 ? 1 : 0)} ms` : `${(ms / 1000).toFixed(2)} s`

/** `1 request`, `2 requests`. */
export const count = (number, one, many = `${one}s`) => `${number} ${number === 1 ? one : many}`
