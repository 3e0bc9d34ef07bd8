/** First and last byte, both inclusive; `total` absent when the server says `*`. */
export interface ContentRange {
  readonly first: number
  readonly last: number
  readonly total?: number | undefined
}

const form = /^bytes ([0-9]{1,16})-([0-9]{1,16})\/([0-9]{1,16}|\*)$/i

/** `bytes a-b/total` or `bytes a-b/*` (RFC 9110 14.4); `undefined` for anything else, unsatisfied ranges included. */
export function parseContentRange(text: string | null): ContentRange | undefined {
  const match = form.exec(text?.trim() ?? '')
  if (match === null) return undefined
  const [first, last, total] = [Number(match[1]), Number(match[2]), match[3] === '*' ? undefined : Number(match[3])]
  const good =
    Number.isSafeInteger(first) &&
    Number.isSafeInteger(last) &&
    first <= last &&
    (total === undefined || (Number.isSafeInteger(total) && last < total))
  return good ? { first, last, total } : undefined
}
