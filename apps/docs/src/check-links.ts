import { posix } from 'node:path'

/** Links of the pages that lead to no file or no anchor of the site, and anchors that a page has twice. */
export function checkLinks(files: ReadonlyMap<string, string | Uint8Array>): readonly string[] {
  const anchors = new Map<string, ReadonlySet<string>>()
  const problems: string[] = []
  for (const [url, content] of pagesOf(files)) {
    const found = Array.from(content.matchAll(/ id="([^"]*)"/g), ([, id = '']) => id)
    anchors.set(url, new Set(found))
    for (const id of found.filter((each, index) => found.indexOf(each) !== index))
      problems.push(`${url}: #${id} is there twice`)
  }
  for (const [url, content] of pagesOf(files))
    for (const [, href = ''] of content.matchAll(/ (?:href|src)="([^"]*)"/g)) {
      if (/^[a-z]+:/.test(href)) continue
      const [path = '', anchor] = href.split('#')
      const target = path === '' ? url : posix.join(posix.dirname(url), path)
      if (!files.has(target)) problems.push(`${url}: ${href} leads to no page`)
      else if (anchor !== undefined && anchors.get(target)?.has(anchor) === false)
        problems.push(`${url}: ${href} leads to no heading`)
    }
  return problems
}

const pagesOf = (files: ReadonlyMap<string, string | Uint8Array>): (readonly [string, string])[] =>
  [...files].flatMap(([url, content]) =>
    url.endsWith('.html') && typeof content === 'string' ? [[url, content] as const] : [],
  )
