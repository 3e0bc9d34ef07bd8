import type { Site } from '../site/site.ts'
import { badPage } from './pages.ts'
import type { PageFormat } from './read-page.ts'

/** No tag and no repository has so long a name, however it is escaped. */
const longestName = 4096

/** The texts that a page lists under a name: `{"tags": [...]}`. What is no text, or not `wanted`, is passed over. */
export function namedList(
  site: Site,
  member: 'tags' | 'repositories',
  wanted: (text: string) => boolean,
): PageFormat<string> {
  return {
    what: member,
    member,
    accept: 'application/json',
    longestEntry: longestName,
    decode: (texts) =>
      (JSON.parse(`[${texts.join(',')}]`) as unknown[]).filter(
        (entry): entry is string => typeof entry === 'string' && wanted(entry),
      ),
    check({ list, members }, { url }) {
      // A repository whose tags were all deleted: `"tags": null`, or nothing but its name.
      const none = list === 'null' || (list === undefined && members.get('name')?.startsWith('"') === true)
      if (list !== 'list' && !none) throw badPage(site, url, `sent no list of ${member}`)
    },
  }
}
