import { digestOf } from '@lading/digest/hash'
import { RegistryError } from '../errors/registry-error.ts'
import { nextLink } from '../headers/next-link.ts'
import { urlText } from '../headers/url-text.ts'
import type { Site } from '../site/site.ts'
import type { Head } from '../wire/wire-request.ts'
import { readPage, type PageFormat, type ReadPageOptions } from './read-page.ts'

export interface PagesOptions extends ReadPageOptions {
  readonly maxPages?: number | undefined
}

/** Only these many pages that bring the very same in a row are no list. */
const mostAlike = 1000
/** Addresses of pages that are remembered, by their digests. */
const mostSeen = 10_000

/**
 * A list, page after page by `Link` (distribution-spec, "Listing Tags"), as it comes and in bounded memory, however many
 * pages it has and however long they are. A `Link` that is not understood, a page that was read already, a thousand pages
 * alike and more than `maxPages` (default: no bound) end it with an error.
 */
export async function* listPages<T>(
  site: Site,
  first: URL,
  format: PageFormat<T>,
  options: PagesOptions,
): AsyncGenerator<readonly T[], void, undefined> {
  const { maxPages = Number.POSITIVE_INFINITY } = options
  const { what } = format
  const isNew = createSeen()
  let alike = 0
  let before: string | undefined
  let url: URL | undefined = first
  for (let count = 0; url !== undefined; count++) {
    if (!isNew(url)) throw badPage(site, url, `points to a page of ${what} that was read before`)
    if (count >= maxPages) throw badPage(site, url, `has more than ${maxPages} pages of ${what}`)
    const { head, digest } = yield* readPage(site, url, format, options)
    alike = digest === before ? alike + 1 : 1
    before = digest
    if (alike > mostAlike) throw badPage(site, url, `has more than ${mostAlike} pages of ${what} that are the same`)
    url = nextPage(site, head, url)
  }
}

/** True for what was not asked about before. Beyond the first ten thousand a circle is noticed a little later (Brent). */
function createSeen(): (url: URL) => boolean {
  const seen = new Set<string>()
  let checkpoint: string | undefined
  let steps = 0
  let until = 1
  return ({ href }) => {
    const key = digestOf(new TextEncoder().encode(href))
    if (seen.has(key) || key === checkpoint) return false
    if (seen.size < mostSeen) seen.add(key)
    else if (++steps === until) {
      checkpoint = key
      steps = 0
      until *= 2
    }
    return true
  }
}

/**
 * Who is behind a proxy often knows neither its own scheme, port, host nor path: of what a `Link` says only the query is
 * taken, so that the next page is always at the registry itself, where this one is.
 */
function nextPage(site: Site, { headers, url: from }: Head, asked: URL): URL | undefined {
  const link = nextLink(headers.get('link'))
  if (link === undefined) return undefined
  const query = link === null ? '' : (URL.parse(urlText(link), asked.href)?.search ?? '')
  if (query === '') throw badPage(site, from, 'sent an invalid link to the next page')
  const next = new URL(asked.href)
  next.search = query
  if (site.namespace !== undefined) next.searchParams.set('ns', site.namespace)
  return next
}

export function badPage(site: Site, url: URL, what: string): RegistryError {
  return new RegistryError('BAD_RESPONSE', `${url.host} ${what}`, {
    host: url.host,
    repository: site.name,
    hint: "ask the registry's operator",
  })
}
