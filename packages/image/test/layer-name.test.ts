import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cleanName, ImageError, joinName, parseLayerName } from '../src/index.ts'
import { textBytes } from './support/layers.ts'

const told = (name: string): string => {
  try {
    const { kind, path, components } = parseLayerName(Buffer.from(name, 'latin1'))
    expect(joinName(components)).toEqual(path)
    return `${kind} ${Buffer.from(path).toString('latin1')}`
  } catch (error) {
    if (!(error instanceof ImageError)) throw error
    return error.code
  }
}

describe('what the name of an entry says', () => {
  it.each([
    ['etc/passwd', 'entry etc/passwd'],
    ['./etc/passwd', 'entry etc/passwd'],
    ['/etc/passwd', 'entry etc/passwd'],
    ['////etc//./passwd', 'entry etc/passwd'],
    ['etc/', 'entry etc'],
    ['a/../b', 'entry b'],
    ['a/b/../../c/.', 'entry c'],
    ['.', 'entry '],
    ['./', 'entry '],
    ['/', 'entry '],
    ['', 'entry '],
    ['a/..', 'entry '],
    ['...', 'entry ...'],
    ['..a/b..', 'entry ..a/b..'],
    ['C:\\..\\x', 'entry C:\\..\\x'],
    ['caf\xe9', 'entry caf\xe9'],
    ['\xff/\x80', 'entry \xff/\x80'],
  ])('%j is %j', (name, expected) => expect(told(name)).toBe(expected))

  it.each(['..', '../x', 'a/../../x', './../x', '/..', '/../x', 'rootX/../../root2', 'a\0b', '\0'])(
    '%j is refused',
    (name) => expect(told(name)).toBe('LAYER_NAME_INVALID'),
  )
})

describe('whiteouts', () => {
  it.each([
    ['.wh.a', 'whiteout a'],
    ['a/b/.wh.c', 'whiteout a/b/c'],
    ['/a/.wh.c/', 'whiteout a/c'],
    ['a/../.wh.c', 'whiteout c'],
    ['.wh....', 'whiteout ...'],
    ['.wh..a', 'whiteout .a'],
    [`.wh.${'n'.repeat(255)}`, `whiteout ${'n'.repeat(255)}`],
    ['.wh.caf\xe9', 'whiteout caf\xe9'],
    ['a.wh.b', 'entry a.wh.b'],
    ['.WH.a', 'entry .WH.a'],
    ['.wh', 'entry .wh'],
    ['.wh..wh..opq', 'opaque '],
    ['a/b/.wh..wh..opq', 'opaque a/b'],
    ['.wh..wh.plnk/12.34', 'metadata .wh..wh.plnk/12.34'],
    ['.wh..wh.aufs', 'metadata .wh..wh.aufs'],
    ['.wh..wh.', 'metadata .wh..wh.'],
    ['.wh..wh..opqx', 'metadata .wh..wh..opqx'],
    ['.wh..wh.orph/.wh..wh..opq', 'metadata .wh..wh.orph/.wh..wh..opq'],
  ])('%j is %j', (name, expected) => expect(told(name)).toBe(expected))

  it.each(['.wh.', '.wh..', '.wh...', 'a/.wh.', 'a/.wh..', 'a/.wh...', '.wh.a/b', '.wh.../x', 'a/.wh.b/c/d'])(
    '%j is refused',
    (name) => expect(told(name)).toBe('LAYER_NAME_INVALID'),
  )
})

const names = fc
  .array(fc.constantFrom('..', '.', '', '/', 'a', '.wh.', '.wh..wh.', '.opq', 'b', '\xff', '\0'), { maxLength: 8 })
  .chain((parts) => fc.constantFrom(parts.join('/'), parts.join('')))

it('never leads outside, and says the same of what it has cleaned', () => {
  fc.assert(
    fc.property(names, (name) => {
      const before = told(name)
      if (before === 'LAYER_NAME_INVALID') return
      const { kind, components } = parseLayerName(Buffer.from(name, 'latin1'))
      for (const part of components) {
        expect(part.length).toBeGreaterThan(0)
        expect(['.', '..']).not.toContain(Buffer.from(part).toString('latin1'))
        expect(part.includes(0x2f) || part.includes(0)).toBe(false)
      }
      const path = joinName(components)
      expect(joinName(cleanName(path))).toEqual(path)
      const said = Buffer.from(path).toString('latin1')
      const again = { entry: said, metadata: said, whiteout: name, opaque: name }[kind]
      expect(told(again)).toBe(before)
    }),
    { numRuns: 500 },
  )
})

it('names the entry in its error, safe to print', () => {
  expect(() => parseLayerName(textBytes('../\u001b[31mx'))).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('\u001b') }),
  )
})
