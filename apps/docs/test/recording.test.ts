import { expect, it } from 'vitest'
import { drawRecording } from '../src/recording/draw.ts'
import { createScreen } from '../src/recording/screen.ts'

it('shows what a terminal shows after lines were drawn in place', () => {
  const screen = createScreen()
  screen.write('$ x\n\u001b[?25lone: 10 %\u001b[K\ntwo: waiting\u001b[K\n\u001b[J')
  screen.write('\u001b[2A\rone: done\u001b[K\n\u001b[Jend\n')
  expect(screen.lines()).toEqual(['$ x', 'one: done', 'end', ''])
})

it('follows the cursor down, to the sides and to a column', () => {
  const screen = createScreen()
  screen.write(
    'a: waiting\nb: waiting\n\u001b[2A\u001b[2K\ra: done\r\u001b[1B\u001b[3Cdone\u001b[K\u001b[4D--\u001b[1GB',
  )
  expect(screen.lines()).toEqual(['a: done', 'B: --ne', ''])
})

it('draws each frame once, and ends with the last', () => {
  const picture = drawRecording(
    [
      { at: 0, lines: ['$ '] },
      { at: 2, lines: ['$ a <b>', 'c'] },
    ],
    { title: 'a & b', hold: 2 },
  )
  expect(picture).toContain('aria-label="a &amp; b"')
  expect(picture.match(/<g>/g)).toHaveLength(2)
  expect(picture).toContain('$ a &lt;b&gt;')
  expect(picture).toMatch(/0%\{transform:translateX\(0px\)\}50%\{transform:translateX\(-\d+px\)\}100%/)
})
