import { expect, it } from 'vitest'
import { isLayoutRefName } from '../src/index.ts'
import { f } from './support/digests.ts'

it.each([
  'localhost:5000/t/app:1',
  'docker.io/library/alpine:3.20',
  'v1',
  'a--b',
  'a+b',
  `a/b@${f}`,
  'stable-1.0',
  'A/B/C',
])('%s may name an image of a layout', (name) => expect(isLayoutRefName(name)).toBe(true))

it.each(['', '[::1]:5000/x', 'a__b', 'a:_1', 'a---b', 'a/', '/a', 'a//b', 'a-', '-a', 'a b', 'ä', 'a..b'])(
  '%j may not',
  (name) => expect(isLayoutRefName(name)).toBe(false),
)
