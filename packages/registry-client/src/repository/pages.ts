import type { AbortOptions } from '@lading/clock'
import { digestOf } from '@lading/digest/hash'
import { RegistryError } from '../errors/registry-error.ts'
import { createCollector } from '../http/collect.ts'
import { exchange, type ExchangeOptions } from '../site/exchange.ts'
import type { Site } from '../site/site.ts'
import { repeat } from '../http/repeat.ts'
import type { Head } from '../wire/wire-request.ts'
import { nextLink } from '../headers/next-link.ts'

export interface Page {
  readonly head: Head
  readonly bytes: Uint8Array
}

export interface PagesOptions extends AbortOptions, Pick<ExchangeOptions, 'about' | 'scope'> {
  /** What is listed, for errors: `tags`. */
  readonly what: string
  readonly accept: string
  readonly maxPages?: number | undefined
}

/** In bytes. */
export const longestPage: number = 8 * 1024 * 1024
/** A list has as many pages as it has; only these many that bring the very same in a row are no list. */
const mostAlike = 1000
/** Addresses of pages that are remembered, by their digests. */
const mostSeen = 10_000

/**
 * A list, page after page by `Link` (distribution-spec, "Listing Tags"), in bounded memory. A `Link` that is not
 * understood, a page that was read already, a thousand pages alike and more than `maxPages` (default: no bound) end it
 * with an error.
 */
export async function* listPages(site: Site, first: URL, options: PagesOptions): AsyncGenerator<Page, void, undefined> {
  const { what, maxPages = Number.POSITIVE_INFINITY } = options
  const isNew = createSeen()
  let alike = 0
  let before: string | undefined
  let url: URL | undefined = first
  for (let count = 0; url !== undefined; count++) {
    if (!isNew(url)) throw badPage(site, url, `points to a page of ${what} that was read before`)
    if (count >= maxPages) throw badPage(site, url, `has more than ${maxPages} pages of ${what}`)
    const page = await fetchPage(site, url, options)
    const content = digestOf(page.bytes)
    alike = content === before ? alike + 1 : 1
    before = content
    if (alike > mostAlike) throw badPage(site, url, `has more than ${mostAlike} pages of ${what} that are the same`)
    yield page
    url = nextPage(site, page.head, url)
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

async function fetchPage(site: Site, url: URL, { accept, what, about, scope, signal }: PagesOptions): Promise<Page> {
  return repeat(
    site.wire,
    url,
    async () => {
      const body = createCollector(longestPage)
      let answer: Head | undefined
      await exchange(
        site,
        { method: 'GET', url, headers: { accept } },
        {
          expects: ({ status }) => status === 200,
          head: (given) => void (answer = given),
          data(chunk) {
            if (!body.add(chunk))
              throw new RegistryError(
                'TOO_LARGE',
                `${url.host} sent a page of ${what} of more than ${longestPage} bytes`,
                { host: url.host, repository: site.name, expected: longestPage, hint: 'ask for smaller pages' },
              )
          },
        },
        { signal, about, scope },
      )
      if (answer === undefined) throw badPage(site, url, 'gave no answer')
      return { head: answer, bytes: body.bytes() }
    },
    { signal },
  )
}

/**
 * Who is behind a proxy often knows neither its own scheme, port, host nor path: of what a `Link` says only the query is
 * taken, so that the next page is always at the registry itself, where this one is.
 */
function nextPage(site: Site, { headers, url: from }: Head, asked: URL): URL | undefined {
  const link = nextLink(headers.get('link'))
  if (link === undefined) return undefined
  const query = link === null ? '' : (URL.parse(link, asked.href)?.search ?? '')
  if (query === '') throw badPage(site, from, 'names the next page in a way that cannot be understood')
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
