import { Marked } from 'marked'
import { drawDiagram } from './diagram.ts'
import { highlight } from './highlight.ts'
import { escapeHtml, textOf } from './html.ts'
import { createSlugs } from './slug.ts'

/** A heading of a page, as the list of its contents shows it. */
export interface Heading {
  readonly id: string
  readonly depth: number
  readonly text: string
}

/** Markdown as HTML. */
export interface Rendered {
  readonly html: string
  readonly headings: readonly Heading[]
}

/** @param resolve where a link or picture leads from this page */
export function render(markdown: string, resolve: (href: string) => string): Rendered {
  const slug = createSlugs()
  const headings: Heading[] = []
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth }) {
        const html = this.parser.parseInline(tokens)
        const text = textOf(html)
        const id = slug(text)
        headings.push({ id, depth, text })
        return `<h${depth} id="${id}">${html} <a class="anchor" href="#${id}" aria-label="Link to this heading">#</a></h${depth}>\n`
      },
      link({ href, tokens }) {
        return `<a href="${escapeHtml(resolve(href))}">${this.parser.parseInline(tokens)}</a>`
      },
      image({ href, text }) {
        return `<img src="${escapeHtml(resolve(href))}" alt="${escapeHtml(text)}">`
      },
      code({ text, lang }) {
        if (lang === 'mermaid') return drawDiagram(text)
        return `<pre><code>${highlight(text, lang)}</code></pre>\n`
      },
      table(token) {
        const cells = (row: typeof token.header, tag: string): string =>
          row.map(({ tokens }) => `<${tag}>${this.parser.parseInline(tokens)}</${tag}>`).join('')
        const rows = token.rows.map((row) => `<tr>${cells(row, 'td')}</tr>`).join('\n')
        return `<div class="wide"><table><thead><tr>${cells(token.header, 'th')}</tr></thead><tbody>${rows}</tbody></table></div>\n`
      },
    },
  })
  return { html: marked.parse(markdown, { async: false }), headings }
}
