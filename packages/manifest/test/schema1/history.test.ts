import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { v1Id } from '../../../../test/support/schema1.ts'
import type { Schema1Manifest } from '../../src/schema1/index.ts'
import { foldHistory } from '../../src/schema1/index.ts'
import { digestOf, refusal } from '../support/documents.ts'

type Entry = Readonly<Record<string, unknown>> | string

/** A manifest's lists from images, given base first; layer n is the blob with digit n. */
const chain = (...images: readonly Entry[]): Pick<Schema1Manifest, 'fsLayers' | 'history'> => ({
  fsLayers: images.map((_, index) => digestOf(index.toString(16)) as Schema1Manifest['fsLayers'][number]).toReversed(),
  history: images.map((image) => (typeof image === 'string' ? image : JSON.stringify(image))).toReversed(),
})
const [a, b, c] = [v1Id(0), v1Id(1), v1Id(2)]
const good = [{ id: a }, { id: b, parent: a }, { id: c, parent: b }]
const blobs = (...images: readonly Entry[]): string[] => foldHistory(chain(...images)).map(({ blob }) => blob.slice(-1))

describe('the history of a schema 1 manifest', () => {
  it('is a chain of images, base first', () => {
    expect(foldHistory(chain(...good)).map(({ blob, image }) => [blob, image.id, image.parent])).toEqual([
      [digestOf('0'), a, ''],
      [digestOf('1'), b, a],
      [digestOf('2'), c, b],
    ])
  })

  it('loses an entry that repeats the one below, and its layer', () => {
    expect(
      blobs({ id: a }, { id: b, parent: a }, { id: b, parent: a }, { id: b, parent: 'whatever' }, { id: c, parent: b }),
    ).toEqual(['0', '1', '4'])
    expect(blobs({ id: a }, { id: a })).toEqual(['0'])
  })

  it('folds to the same when it is folded again', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 6 }), (times) => {
        const images = times.flatMap((count, index) =>
          Array.from({ length: count }, () => ({
            id: v1Id(index),
            ...(index === 0 ? {} : { parent: v1Id(index - 1) }),
          })),
        )
        const once = foldHistory(chain(...images))
        expect(once.map(({ image }) => image.id)).toEqual(times.map((_, index) => v1Id(index)))
        expect(
          foldHistory({
            fsLayers: once.map(({ blob }) => blob).toReversed(),
            history: once.map(({ v1Compatibility }) => v1Compatibility).toReversed(),
          }),
        ).toEqual(once)
      }),
    )
  })

  it('says which entries have no layer of their own', () => {
    expect(
      foldHistory(chain({ id: a }, { id: b, parent: a, throwaway: true }, { id: c, parent: b, ThrowAway: false })).map(
        ({ throwaway }) => throwaway,
      ),
    ).toEqual([false, true, false])
  })

  it('matches names as Go does, in any case', () => {
    expect(foldHistory(chain({ ID: a, Created: '2015-01-01T00:00:00+00:00', AUTHOR: 'x' }))[0]?.image).toMatchObject({
      id: a,
      created: '2015-01-01T00:00:00Z',
      author: 'x',
    })
  })

  it.each<readonly [what: string, images: readonly Entry[], code: string, says: RegExp]>([
    ['an ID of the wrong length', [{ id: 'abc' }], 'SCHEMA1_HISTORY_INVALID', /image ID 'abc' is invalid/],
    ['an ID in upper case', [{ id: 'A'.repeat(64) }], 'SCHEMA1_HISTORY_INVALID', /is invalid/],
    ['an ID that is a path', [{ id: '../../../etc/passwd' }], 'SCHEMA1_HISTORY_INVALID', /is invalid/],
    ['an ID that moves a cursor', [{ id: '\u001b[2J' }], 'SCHEMA1_HISTORY_INVALID', /'\\x1b\[2J' is invalid/],
    ['no ID', [{}], 'SCHEMA1_HISTORY_INVALID', /image ID '' is invalid/],
    [
      'a base with a parent',
      [{ id: a, parent: b }],
      'SCHEMA1_HISTORY_INVALID',
      /invalid parent ID in the base layer of the image.*history\[0\]/,
    ],
    [
      'an entry on another parent',
      [{ id: a }, { id: b, parent: c }],
      'SCHEMA1_HISTORY_INVALID',
      new RegExp(`expected ${a}, got ${c}`),
    ],
    ['an entry without a parent', [{ id: a }, { id: b }], 'SCHEMA1_HISTORY_INVALID', new RegExp(`expected ${a}, got `)],
    [
      'an ID that comes again',
      [{ id: a }, { id: b, parent: a }, { id: a, parent: b }],
      'SCHEMA1_HISTORY_INVALID',
      new RegExp(`ID ${a} appears multiple times in manifest`),
    ],
    [
      'a circle of parents',
      [
        { id: a, parent: c },
        { id: b, parent: a },
        { id: c, parent: b },
      ],
      'SCHEMA1_HISTORY_INVALID',
      /base layer/,
    ],
    [
      'an entry that is its own parent',
      [{ id: a }, { id: b, parent: b }],
      'SCHEMA1_HISTORY_INVALID',
      new RegExp(`expected ${a}, got ${b}`),
    ],
    ['text that is no JSON', ['{'], 'JSON_INVALID', /history\[0\].v1Compatibility cannot be read/],
    ['text that is no object', ['[]'], 'SCHEMA1_HISTORY_INVALID', /an array, not an object/],
    ['two IDs', [`{"id":"${a}","id":"${b}"}`], 'JSON_DUPLICATE', /id/],
    ['two IDs in different spelling', [`{"id":"${a}","Id":"${b}"}`], 'JSON_DUPLICATE', /Id/],
    ['an ID that is a number', [{ id: 1 }], 'SCHEMA1_HISTORY_INVALID', /the number 1/],
    ['a throwaway of text', [{ id: a, throwaway: 'yes' }], 'SCHEMA1_HISTORY_INVALID', /throwaway is a string/],
    [
      'a time that is none',
      [{ id: a, created: '2015-02-30T00:00:00Z' }],
      'SCHEMA1_HISTORY_INVALID',
      /created is no time/,
    ],
    ['a config that is a list', [{ id: a, config: [] }], 'SCHEMA1_HISTORY_INVALID', /config is an array/],
    ['nesting without end', [`{"id":"${a}","x":${'['.repeat(100)}${']'.repeat(100)}}`], 'JSON_TOO_DEEP', /nested/],
  ])('is refused with %s', (_what, images, code, says) => {
    const error = refusal(() => foldHistory(chain(...images)))
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(says)])
  })
})
