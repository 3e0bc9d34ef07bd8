import fc from 'fast-check'
import { expect, it } from 'vitest'
import { linkedPath, memberPath } from '../../src/read/member-path.ts'

const part = fc.oneof(fc.constantFrom('', '.', '..', 'a', 'layer.tar'), fc.stringMatching(/^[a-z.]{1,5}$/))
const written = fc.array(part, { maxLength: 8 }).map((parts) => parts.join('/'))
const within = fc.array(fc.stringMatching(/^[a-z]{1,5}$/), { maxLength: 5 }).map((parts) => parts.join('/'))

const outcome = (path: string): string => {
  try {
    return memberPath(path)
  } catch {
    return 'outside'
  }
}

it('a path is what it is without what says nothing, or leads outside', () => {
  fc.assert(
    fc.property(written, (path) => {
      const isOutside = path.startsWith('/') || path.split('/').includes('..')
      const kept = path.split('/').filter((each) => each !== '' && each !== '.')
      expect(outcome(path)).toBe(isOutside ? 'outside' : kept.join('/'))
    }),
  )
})

it('a link leads to a path within, or nowhere', () => {
  fc.assert(
    fc.property(within, written, (from, to) => {
      const found = linkedPath(from, to) ?? ''
      expect(outcome(found)).toBe(found)
      expect(linkedPath('layer.tar', `../${to}`)).toBe(undefined)
    }),
  )
  expect(linkedPath('a/layer.tar', '../b/./layer.tar')).toBe('b/layer.tar')
  expect(linkedPath('layer.tar', '../layer.tar')).toBe(undefined)
  expect(linkedPath('a/layer.tar', '/a/layer.tar')).toBe(undefined)
})
