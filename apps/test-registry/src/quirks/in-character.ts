import type { RegistryRequest, Reply } from '../http/message.ts'
import type { Quirks } from '../quirks.ts'
import type { Route } from '../route.ts'
import { head } from './heads.ts'
import { contentEncoding, manifestType } from './labels.ts'
import { link } from './link-forms.ts'
import { lists } from './lists.ts'
import { chunked, headers, location } from './lengths.ts'
import { challenge } from './challenge-forms.ts'
import { status } from './statuses.ts'

/** What a trait sees of the request. */
export interface TraitContext {
  readonly request: RegistryRequest
  readonly route: Route
  readonly quirks: Quirks
}

/** One way in which answers of a registry are its own. */
export type Trait = (reply: Reply, context: TraitContext) => Reply | Promise<Reply>

const traits: readonly Trait[] = [
  status,
  challenge,
  lists,
  link,
  manifestType,
  head,
  location,
  contentEncoding,
  headers,
  chunked,
]

/** The right answer as this registry gives it: refusals, tokens and the second origin's too. */
export async function inCharacter(given: Reply, context: TraitContext): Promise<Reply> {
  let reply = given
  for (const trait of traits) reply = await trait(reply, context)
  return reply
}
