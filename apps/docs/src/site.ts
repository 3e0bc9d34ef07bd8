import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { apiPages } from './api/pages.ts'
import { checkLinks } from './check-links.ts'
import { layOut, type NavigationGroup, type Page } from './layout.ts'
import { render } from './render.ts'
import { createLinks } from './resolve-link.ts'
import { readSources } from './sources.ts'

/** The site, not yet written. */
export interface Site {
  /** By address, relative to the site. */
  readonly files: ReadonlyMap<string, string | Uint8Array>
  /** Dead links and anchors, one line each. */
  readonly problems: readonly string[]
}

const assets = ['style.css', 'search.js']

/** @param root the repository */
export function makeSite(root: string): Site {
  const groups = readSources(root)
  const sources = groups.flatMap((group) => group.sources)
  const pictures = globSync('docs/**/*.{svg,png}', { cwd: root })
  const links = createLinks(sources, {
    root,
    copied: new Map(pictures.map((file) => [file, file.replace(/^docs\//, '')])),
  })
  const problems: string[] = []
  const pages: Page[] = sources.map((source) => {
    const { html, headings } = render(source.markdown, (href) => {
      const target = links.resolve(source, href)
      if (target === undefined) problems.push(`${source.file}: ${href} leads to no file`)
      return target ?? href
    })
    return { ...source, html, headings }
  })
  const reference = apiPages(root)
  const navigation: NavigationGroup[] = [
    ...groups.map((group) => ({ title: group.title, links: group.sources })),
    { title: 'Reference', links: reference.map(({ url, title }) => ({ url, title })) },
  ]
  const all: readonly Page[] = [...pages, ...reference]
  const index = all.flatMap(({ url, title, headings }) => [
    [title, url, title],
    ...headings.filter(({ depth }) => depth > 1).map(({ id, text }) => [text, `${url}#${id}`, title]),
  ])
  const files = new Map<string, string | Uint8Array>([
    ...all.map((page) => [page.url, layOut(page, navigation)] as const),
    ['search.json', JSON.stringify(index)],
    ...assets.map((name) => [name, readFileSync(new URL(`../assets/${name}`, import.meta.url))] as const),
    ...pictures.map((file) => [file.replace(/^docs\//, ''), readFileSync(join(root, file))] as const),
  ])
  return { files, problems: [...problems, ...checkLinks(files)] }
}
