import type { Reply } from '../http/message.ts'
import { textContent, wholeContent } from '../state/content.ts'

/** A document with other members; `null` removes one. What is no JSON object stays as it is. */
export async function withMembers(given: Reply, members: Readonly<Record<string, unknown>>): Promise<Reply> {
  let document: unknown
  try {
    document = JSON.parse(new TextDecoder().decode(await wholeContent(given.body)))
  } catch {
    return given
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return given
  const all = Object.entries({ ...document, ...members }).filter(([, value]) => value !== null)
  return { ...given, body: textContent(JSON.stringify(Object.fromEntries(all))) }
}
