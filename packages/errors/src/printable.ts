// C0 and C1 controls, DEL, bidirectional overrides and isolates, line and paragraph separators, zero-width and BOM.
// oxlint-disable-next-line no-control-regex
const unprintable = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

/**
 * Makes text that came from outside (a registry's message, a tag, a media type) safe to put on a terminal or
 * into a log: controls, including escape sequences, become `\xNN` or `\uNNNN`, and the text is cut.
 *
 * @param limit the most UTF-16 units to keep; default 1024. Cut text ends in `…`.
 */
export function printable(text: string, limit = 1024): string {
  const kept = text.length > limit ? `${text.slice(0, limit)}…` : text
  return kept.replace(unprintable, (unit) => {
    const code = unit.charCodeAt(0)
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
  })
}
