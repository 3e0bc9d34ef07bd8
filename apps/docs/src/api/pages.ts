import { highlight } from '../highlight.ts'
import { render, type Heading } from '../render.ts'
import type { Declaration } from './declaration.ts'
import { docstringToMarkdown } from './docstring.ts'
import { documentedPackages, type Documented, type Entry } from './packages.ts'

/** The reference of one package. */
export interface ApiPage {
  /** `api/tar.html`. */
  readonly url: string
  /** `@lading/tar`. */
  readonly title: string
  readonly html: string
  readonly headings: readonly Heading[]
}

/** The reference of every package, from the docstrings of its sources. */
export function apiPages(root: string): readonly ApiPage[] {
  const packages = documentedPackages(root)
  const folders = new Map(packages.flatMap(({ entries, folder }) => entries.map(({ name }) => [name, folder] as const)))
  return packages.map((each) => pageOf(each, folders))
}

function pageOf({ name, folder, entries }: Documented, folders: ReadonlyMap<string, string>): ApiPage {
  const headings: Heading[] = []
  // A name that several entries export has its anchor at the first of them.
  const anchors = new Set<string>()
  const named = new Set(entries.flatMap(({ exports }) => exports.declarations.map((each) => each.name)))
  const body = entries.map(({ name: entry, exports: { declarations, borrowed } }) => {
    const id = `entry-${entry.slice(name.length + 1).replaceAll('/', '-') || 'main'}`
    headings.push({ id, depth: 2, text: entry })
    const sections = declarations.map((declaration, index) => {
      const overload = declarations[index - 1]?.name === declaration.name
      const anchor = !anchors.has(declaration.name)
      anchors.add(declaration.name)
      if (anchor) headings.push({ id: declaration.name, depth: 3, text: declaration.name })
      return `${overload ? '' : headingOf(declaration, anchor)}${section(declaration, named)}`
    })
    return `<h2 id="${id}"><code>${entry}</code></h2>\n${sections.join('\n')}${fromOthers(borrowed, folders)}`
  })
  const head = `<h1>${name}: reference</h1>\n<p>Made from the docstrings. Begin with the <a href="../packages/${folder}.html">README</a>.</p>`
  return { url: `api/${folder}.html`, title: name, html: `${head}\n${body.join('\n')}`, headings }
}

const headingOf = ({ name, kind }: Declaration, anchor: boolean): string =>
  `<h3${anchor ? ` id="${name}"` : ''}>${name} <small>${kind}</small> <a class="anchor" href="#${name}" aria-label="Link to ${name}">#</a></h3>\n`

function section({ name, docs, signature }: Declaration, named: ReadonlySet<string>): string {
  const text = docs === '' ? '' : render(docstringToMarkdown(docs), (href) => href).html
  const linked = new Set(named)
  linked.delete(name)
  return `${text}<pre><code>${linkNames(highlight(signature, 'ts'), linked)}</code></pre>`
}

function fromOthers(borrowed: Entry['exports']['borrowed'], folders: ReadonlyMap<string, string>): string {
  if (borrowed.length === 0) return ''
  const links = borrowed.map(({ name, from }) => {
    const folder = folders.get(from)
    return folder === undefined ? `<code>${name}</code>` : `<a href="${folder}.html#${name}"><code>${name}</code></a>`
  })
  return `<p>From other packages: ${links.join(', ')}</p>`
}

/** Names that the page explains lead there, outside of comments and strings. */
function linkNames(html: string, named: ReadonlySet<string>): string {
  return html.replaceAll(/<([iu])>.*?<\/\1>|\b[A-Za-z]\w*\b(?![^<]*>)/gs, (word, tag?: string) =>
    tag === undefined && named.has(word) ? `<a href="#${word}">${word}</a>` : word,
  )
}
