import fc from 'fast-check'
import { expect, it } from 'vitest'
import { sortReferences } from '../src/index.ts'
import { f } from './support/digests.ts'

const sorted = [
  `alpine:3@${f}`,
  'a:9',
  'alpine:3',
  'username/repo1:alias',
  'username/repo1:latest',
  'username/repo:latest',
  `a@${f}`,
  `b@${f}`,
  'alpine',
  'zebra',
  'f'.repeat(64),
  f,
  '',
  'A B',
]

it('names come most exact first, then by their text', () => {
  expect(sortReferences(sorted.toReversed())).toEqual(sorted)
  expect(sortReferences(sorted)).toEqual(sorted)
})

it('what is given is left alone, and nothing is lost', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constantFrom(...sorted), fc.string())), (texts) => {
      const given = Object.freeze(texts.slice())
      expect(sortReferences(given).toSorted()).toEqual(texts.toSorted())
      expect(sortReferences(sortReferences(given))).toEqual(sortReferences(given))
    }),
  )
})
