import type { TagLists } from '../cache/tag-lists.ts'
import type { Tags } from '../cache/tags.ts'
import type { TagsPage } from '../contracts.ts'
import type { Place } from '../request/choose-upstream.ts'
import type { Ask } from '../request/parse-ask.ts'
import type { Asker } from '../upstream/ask-upstream.ts'
import { notThere } from '../upstream/error-answer.ts'
import { ageHeaders, placeHeaders } from './common-headers.ts'
import type { Response } from './response.ts'

export interface TagListParts {
  readonly tags: Tags
  readonly tagLists: TagLists
  readonly now: () => number
  readonly offline: boolean
}

type TagsAsk = Extract<Ask, { readonly kind: 'tags' }>

/** GET of a list of tags (distribution-spec, "Listing Tags"): the upstream's, or without one those that are here. */
export async function answerTags(
  { tags, tagLists, now, offline }: TagListParts,
  { place, n, last }: TagsAsk,
  { response, asker }: { readonly response: Response; readonly asker: Asker },
): Promise<'cache' | 'upstream'> {
  const send = (page: TagsPage, headers: Readonly<Record<string, string>>): void =>
    response.send(
      200,
      { 'content-type': 'application/json', ...placeHeaders(place), ...headers, ...linkTo(place, page, n) },
      new TextEncoder().encode(`${JSON.stringify({ name: place.asked, tags: page.tags })}\n`),
    )
  if (offline) {
    send(pageOf(await hereOrThrow(tags, place), n, last), {})
    return 'cache'
  }
  const page = await tagLists.page(place, { n, last }, asker)
  send(page, ageHeaders(page, now()))
  return page.from
}

async function hereOrThrow(tags: Tags, place: Place): Promise<readonly string[]> {
  const here = await tags.here(place)
  if (here.length === 0) throw notThere('tags', place, 'it is not in the cache, and this server is offline')
  return here
}

function pageOf(all: readonly string[], n = all.length, last?: string): TagsPage {
  const rest = last === undefined ? all : all.filter((tag) => tag > last)
  return { tags: rest.slice(0, n), more: n > 0 && rest.length > n }
}

/** Relative: who stands before us knows neither our scheme nor our name. */
function linkTo(
  { asked, namespace }: Place,
  { tags, more }: TagsPage,
  n: number | undefined,
): Readonly<Record<string, string>> {
  const last = tags.at(-1)
  if (!more || last === undefined) return {}
  const query = new URLSearchParams({
    ...(n === undefined ? {} : { n: String(n) }),
    last,
    ...(namespace === undefined ? {} : { ns: namespace }),
  })
  return { link: `</v2/${asked}/tags/list?${query.toString()}>; rel="next"` }
}
