import { parseStrictJson } from '@lading/manifest'
import { publicUrl } from '../client-event.ts'
import { RegistryError } from '../errors/registry-error.ts'
import { assertPlain } from '../http/ask.ts'
import { createCollector } from '../http/collect.ts'
import { exchange, type Site } from '../http/exchange.ts'
import { repeat } from '../http/repeat.ts'
import type { Head } from '../http/send.ts'
import { decideOrigin } from '../origin/decide-origin.ts'
import type { AbortOptions } from '../registry-client.ts'
import { nextLink } from './next-link.ts'

export interface TagsOptions extends AbortOptions {
  readonly pageSize?: number | undefined
  readonly maxPages?: number | undefined
}

const longestPage = 8 * 1024 * 1024
const defaultPages = 1000
const tagForm = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/

/**
 * Every tag, page after page by `Link` (distribution-spec, "Listing Tags"). Registries that ignore `n` send all at once.
 * A next page elsewhere, one that was read already, and more than `maxPages` (default 1000) end it with an error.
 * Entries that are no tags are passed over.
 */
export async function* listTags(site: Site, { pageSize, maxPages = defaultPages, signal }: TagsOptions): AsyncGenerator<string, void, undefined> {
  const first = new URL(`${site.base}/v2/${site.path}/tags/list`)
  if (pageSize !== undefined) first.searchParams.set('n', String(pageSize))
  const seen = new Set<string>()
  let url: URL | undefined = first
  while (url !== undefined) {
    if (seen.has(url.href)) throw badPage(site, url, 'points to a page of tags that was read before')
    if (seen.size >= maxPages) throw badPage(site, url, `has more than ${maxPages} pages of tags`)
    seen.add(url.href)
    const { head, bytes } = await fetchPage(site, url, { signal })
    yield* tagsOf(site, head, bytes)
    url = nextPage(site, head, url)
  }
}

async function fetchPage(site: Site, url: URL, options: AbortOptions): Promise<{ readonly head: Head; readonly bytes: Uint8Array }> {
  return repeat(
    site.context,
    url,
    async () => {
      const body = createCollector(longestPage)
      let answer: Head | undefined
      await exchange(
        site,
        { method: 'GET', url, headers: { accept: 'application/json' } },
        {
          expects: ({ status }) => status === 200,
          head(given) {
            answer = given
            assertPlain(given)
          },
          data(chunk) {
            if (!body.add(chunk)) throw new RegistryError('TOO_LARGE', `${url.host} sent a page of tags of more than ${longestPage} bytes`, { host: url.host, repository: site.name, expected: longestPage, hint: 'ask for smaller pages' })
          },
        },
        { ...options, about: { subject: 'tags' } },
      )
      if (answer === undefined) throw badPage(site, url, 'gave no answer')
      return { head: answer, bytes: body.bytes() }
    },
    options,
  )
}

function tagsOf(site: Site, { url }: Head, bytes: Uint8Array): readonly string[] {
  let value: unknown
  try {
    value = parseStrictJson(bytes, { maxBytes: longestPage })
  } catch (cause) {
    throw new RegistryError('BAD_RESPONSE', `${url.host} did not list the tags in JSON`, { host: url.host, repository: site.name, cause, hint: 'is a proxy or a login page in between, or is this not the address of a registry?' })
  }
  const tags = typeof value === 'object' && value !== null ? (value as { tags?: unknown }).tags : undefined
  // A repository whose tags were all deleted: `"tags": null`.
  if (tags === null) return []
  if (!Array.isArray(tags)) throw badPage(site, url, 'sent no list of tags')
  return tags.filter((tag): tag is string => typeof tag === 'string' && tagForm.test(tag))
}

function nextPage(site: Site, { headers, url: from }: Head, asked: URL): URL | undefined {
  const link = nextLink(headers.get('link'))
  if (link === undefined) return undefined
  const next = URL.parse(link, from.href)
  if (next === null) throw badPage(site, from, 'names no valid URL for the next page')
  const decision = decideOrigin({ url: next, from: asked, registry: new URL(site.base), purpose: 'next-page' })
  if (!decision.call) throw new RegistryError('ORIGIN_REFUSED', `${from.host} names ${publicUrl(next)} as the next page: ${decision.reason}`, { host: from.host, repository: site.name })
  return next
}

function badPage(site: Site, url: URL, what: string): RegistryError {
  return new RegistryError('BAD_RESPONSE', `${url.host} ${what}`, { host: url.host, repository: site.name, hint: 'ask the registry\'s operator' })
}
