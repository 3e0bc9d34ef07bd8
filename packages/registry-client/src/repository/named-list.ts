import { RegistryError } from '../errors/registry-error.ts'
import { explainedByCoding } from '../http/content-coding.ts'
import type { Site } from '../site/site.ts'
import { parseLenientJson } from '../http/parse-lenient-json.ts'
import { badPage, type Page } from './pages.ts'

/** The texts that a page lists under a name: `{"tags": [...]}`. What is no text is passed over. */
export function namedList(site: Site, { head, bytes }: Page, name: 'tags' | 'repositories'): readonly string[] {
  const { url } = head
  let value: unknown
  try {
    value = parseLenientJson(bytes)
  } catch (cause) {
    const error = new RegistryError('BAD_RESPONSE', `${url.host} did not list the ${name} in JSON`, {
      host: url.host,
      repository: site.name,
      cause,
      hint: 'is a proxy or a login page in between, or is this not the address of a registry?',
    })
    throw explainedByCoding(error, head)
  }
  const members = typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
  // A repository whose tags were all deleted: `"tags": null`, or nothing but its name.
  const none = members[name] === null || (members[name] === undefined && typeof members['name'] === 'string')
  const list = none ? [] : members[name]
  if (!Array.isArray(list)) throw badPage(site, url, `sent no list of ${name}`)
  return list.filter((entry): entry is string => typeof entry === 'string')
}
