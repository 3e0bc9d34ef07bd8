import { expect, it } from 'vitest'
import { wantedPaths } from '../src/wanted-paths.ts'
import { textBytes } from './support/layers.ts'

it('a link that leads through itself makes no path longer than Linux opens', () => {
  const wanted = wantedPaths(['a'])
  wanted.follow('a', textBytes(`a/${'b/'.repeat(1500)}`))
  expect(wanted.has(`a${'/b'.repeat(1500)}`)).toBe(true)
  expect(wanted.has(`a${'/b'.repeat(3000)}`)).toBe(false)
})
