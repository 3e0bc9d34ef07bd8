import { posix } from 'node:path'
import { escapeHtml } from './html.ts'
import type { Heading } from './render.ts'

/** A group of the navigation, with addresses relative to the site. */
export interface NavigationGroup {
  readonly title: string
  readonly links: readonly { readonly url: string; readonly title: string }[]
}

/** What one page is made of. */
export interface Page {
  readonly url: string
  readonly title: string
  readonly html: string
  readonly headings: readonly Heading[]
  /** Its source in the repository, if it has one. */
  readonly file?: string | undefined
}

/** A whole page: navigation, contents, and a line that leads to the source. */
export function layOut({ url, title, html, headings, file }: Page, navigation: readonly NavigationGroup[]): string {
  const to = (target: string): string => posix.relative(posix.dirname(url), target) || posix.basename(target)
  const groups = navigation.map(({ title: name, links }) => {
    const here = links.some((link) => link.url === url)
    const items = links.map(
      (link) =>
        `<li><a href="${to(link.url)}"${link.url === url ? ' aria-current="page"' : ''}>${escapeHtml(link.title)}</a></li>`,
    )
    return `<details${here || links.length < 9 ? ' open' : ''}><summary>${name}</summary><ul>${items.join('')}</ul></details>`
  })
  const contents = headings
    .filter(({ depth }) => depth === 2 || depth === 3)
    .map(({ id, depth, text }) => `<li class="d${depth}"><a href="#${id}">${escapeHtml(text)}</a></li>`)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}${url === 'index.html' ? '' : ' · Lading'}</title>
<link rel="stylesheet" href="${to('style.css')}">
<script type="module" src="${to('search.js')}"></script>
</head>
<body>
<header><a class="name" href="${to('index.html')}">Lading</a><search data-index="${to('search.json')}" data-root="${to('index.html').replace(/index\.html$/, '')}"><input type="search" placeholder="Search" aria-label="Search"><ul></ul></search><a href="https://github.com/lading/lading">GitHub</a></header>
<nav aria-label="Pages">${groups.join('')}</nav>
<main>${html}
${file === undefined ? '' : `<footer><a href="https://github.com/lading/lading/edit/main/${file}">Edit this page</a></footer>`}</main>
${contents.length < 3 ? '' : `<aside aria-label="On this page"><ul>${contents.join('')}</ul></aside>`}
</body>
</html>
`
}
