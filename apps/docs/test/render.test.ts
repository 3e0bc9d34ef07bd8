import { expect, it } from 'vitest'
import { render } from '../src/render.ts'
import { createSlugs } from '../src/slug.ts'

it('gives headings the anchors that GitHub gives them', () => {
  const slug = createSlugs()
  expect(slug('One pull, file by file')).toBe('one-pull-file-by-file')
  expect(slug('`-q` with other options: x_y')).toBe('-q-with-other-options-x_y')
  expect(slug('API')).toBe('api')
  expect(slug('API')).toBe('api-1')
})

it('renders headings, links and code', () => {
  const { html, headings } = render(
    '# A `b`\n\n[c](d.md)\n\n```ts\nconst a = "<" // why\n```\n',
    (href) => `to/${href}`,
  )
  expect(headings).toEqual([{ id: 'a-b', depth: 1, text: 'A b' }])
  expect(html).toContain('<a href="to/d.md">c</a>')
  expect(html).toContain('<b>const</b> a = <u>&quot;&lt;&quot;</u> <i>// why</i>')
})

it('draws the map of the packages, and nothing that it does not know', () => {
  const map = (rest: string): string =>
    `\`\`\`mermaid\nflowchart TD\n  subgraph f1 [floor 1]\n    a["A"]\n  end\n  subgraph f0 [floor 0]\n    b["B"]\n  end\n${rest}\n\`\`\``
  expect(render(map('  a --> b'), String).html).toMatch(/<svg .*<path d="M.*>A<\/text>.*>B<\/text>.*floor 1.*floor 0/)
  expect(() => render(map('  a --> c'), String)).toThrow('names c')
  expect(() => render(map('  a -.-> b'), String)).toThrow('not drawn')
})
