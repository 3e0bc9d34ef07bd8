import type { Reply } from '../http/message.ts'
import { textContent, wholeContent } from '../state/content.ts'

/** A document with other members; `null` removes one. What is no JSON object stays as it is. */
export async function withMembers(given: Reply, members: Readonly<Record<string, unknown>>): Promise<Reply> {
  const text = new TextDecoder().decode(await wholeContent(given.body))
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch {
    return given
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return given
  const all = Object.entries({ ...document, ...members }).filter(([, value]) => value !== null)
  const other = JSON.stringify(Object.fromEntries(all))
  return other === text ? given : { ...given, body: textContent(other) }
}
