import { expect, it } from 'vitest'
import { checkLinks } from '../src/check-links.ts'

it('finds links that lead to no page and no heading, and anchors that are there twice', () => {
  const files = new Map([
    [
      'index.html',
      '<h1 id="a">A</h1> <a href="guides/one.html#b">b</a> <a href="https://x.test/">x</a> <img src="p.svg">',
    ],
    ['guides/one.html', '<h2 id="b">B</h2> <a href="../index.html">up</a> <a href="#b">here</a>'],
    ['p.svg', '<svg/>'],
  ])
  expect(checkLinks(files)).toEqual([])
  files.set('guides/two.html', '<a href="none.html">1</a><a href="one.html#none">2</a><a href="#none">3</a>')
  files.set('twice.html', '<i id="x"></i><i id="x"></i>')
  expect(checkLinks(files)).toEqual([
    'twice.html: #x is there twice',
    'guides/two.html: none.html leads to no page',
    'guides/two.html: one.html#none leads to no heading',
    'guides/two.html: #none leads to no heading',
  ])
})
