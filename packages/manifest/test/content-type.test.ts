import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseContentType } from '../src/index.ts'
import { outcome, refusal } from './support/documents.ts'

describe('parseContentType', () => {
  it.each([
    ['application/json', 'application/json'],
    [' Application/JSON ', 'application/json'],
    ['application/json;charset=utf-8', 'application/json'],
    ['application/json ; charset="utf-8"; v=1', 'application/json'],
    ['application/json; a="x;y\\"z"', 'application/json'],
    ['application/json;', 'application/json'],
    ['application/json;; a=b;', 'application/json'],
    ['application/vnd.oci.image.manifest.v1+json', 'application/vnd.oci.image.manifest.v1+json'],
    ['', undefined],
    ['  ', undefined],
    [undefined, undefined],
    [null, undefined],
  ])('%j is %s', (header, expected) => expect(parseContentType(header)).toBe(expected))

  it.each([
    'json',
    '/json',
    'application/',
    'application json',
    'application/json/x',
    'application/json charset=utf-8',
    'application/json, text/html',
    ';charset=utf-8',
    'application/json; charset',
    'application/json; =x',
    'application/json; a=',
    'application/json; a="x',
    'application/json; a="x"y',
    'application/json; a=b c',
    'application/jsön',
    'a/b\u001b[2J',
    `a/${'b'.repeat(1023)}`,
    `a/b${';'.repeat(1022)}`,
  ])('refuses %j', (header) => {
    const error = refusal(() => parseContentType(header))
    expect(error.code).toBe('CONTENT_TYPE_INVALID')
    expect(error.message).toMatch(/^malformed content type ".*"$/)
    expect(error.message).not.toContain('\u001b')
  })

  it('throws nothing else and gives a plain media type', () => {
    const piece = fc.constantFrom('application/json', 'a', '/', ';', '=', '"', '\\', ' ', ',', 'charset', '\t')
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece).map((pieces) => pieces.join('')),
        ),
        (header) => {
          const { value, code } = outcome(() => parseContentType(header))
          expect([undefined, 'CONTENT_TYPE_INVALID']).toContain(code)
          expect(parseContentType(value)).toBe(value)
          expect(value === undefined && code === undefined).toBe(header.trim() === '')
        },
      ),
    )
  })
})
