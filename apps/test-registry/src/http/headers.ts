import type { ReplyHeaders } from './message.ts'

export const lowerCase = <T>(headers: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

/** `null` removes. Without a `content-length` a body can only be chunked. */
export function overridden(
  headers: ReplyHeaders,
  changes: Readonly<Record<string, string | readonly string[] | null>>,
): ReplyHeaders {
  const all = { ...headers, ...lowerCase(changes) }
  const kept = Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string | readonly string[]] => entry[1] !== null),
  )
  return all['content-length'] === null ? { ...kept, 'transfer-encoding': 'chunked' } : kept
}
