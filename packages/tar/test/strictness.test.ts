import { TarError, type TarReaderOptions } from '@lading/tar'
import { describe, expect, it } from 'vitest'
import { needs } from '../../../test/support/needs.ts'
import { archive, gnuMagic, header, long, member, oldMagic, padded, pax, type Fields } from './support/build.ts'
import { differences } from './support/compare.ts'
import { listAll } from './support/lists.ts'
import { readAll } from './support/read.ts'

const next = member({ name: 'next' }, 'n')
const body = padded('z'.repeat(600))
const binary = (first: number, ...last: readonly number[]): Buffer =>
  Buffer.from([first, ...Array.from({ length: 11 - last.length }, () => (first === 0xff ? 0xff : 0)), ...last])
const sparse = (map: string, size: number, realSize: number, more: Fields = {}): Buffer =>
  member({ type: 'S', magic: gnuMagic, sparse: map, realSize, ...more }, 'x'.repeat(size))
const piece = (offset: number, length: number): string =>
  [offset, length].map((value) => `${value.toString(8).padStart(11, '0')}\0`).join('')

type Row = readonly [what: string, archive: Buffer, read: string | readonly string[]]

/** What is read: the entries' types and paths, or why it is refused and where. */
const rows: readonly Row[] = [
  [
    'a size in a hard link that has no body',
    archive(header({ type: '1', link: 'x', size: 600, magic: gnuMagic }), next),
    ['link a', 'file next'],
  ],
  ['a size in a hard link of ustar', archive(header({ type: '1', link: 'x', size: 600 }), next), 'TAR_AMBIGUOUS 0'],
  ['a size in a directory', archive(header({ type: '5', name: 'd/', size: 600 }), next), ['directory d/', 'file next']],
  [
    'a size in a directory, and a body',
    archive(header({ type: '5', name: 'd/', size: 600 }), body, next),
    'TAR_CORRUPT 512',
  ],
  [
    'a size in a directory of the old kind',
    archive(header({ type: '\0', name: 'd/', magic: oldMagic, size: 600 }), next),
    'TAR_AMBIGUOUS 0',
  ],
  ['a size in a symbolic link', archive(header({ type: '2', link: 'x', size: 600 }), next), 'TAR_AMBIGUOUS 0'],
  ['a size in a fifo', archive(header({ type: '6', size: 600 }), body, next), 'TAR_AMBIGUOUS 0'],
  [
    'a size record of a directory',
    archive(pax([['size', '3']]), header({ type: '5', name: 'd/' }), next),
    'TAR_AMBIGUOUS 1024',
  ],
  [
    'a size record that the header contradicts',
    archive(pax([['size', '3']]), member({ size: 600 }, 'abc')),
    'TAR_AMBIGUOUS 1024',
  ],
  [
    'a size record where the header has none',
    archive(pax([['size', '3']]), member({ size: 0 }, 'abc'), next),
    ['file a', 'file next'],
  ],
  [
    'a size record where the header has what fits',
    archive(pax([['size', '3']]), member({ size: '77777777777\0' }, 'abc'), next),
    ['file a', 'file next'],
  ],
  [
    'a size record over a long name',
    archive(pax([['size', '3']]), long('one'), member({}, 'abc')),
    'TAR_AMBIGUOUS 1024',
  ],
  ['a negative size record', archive(pax([['size', '-3']]), member({ size: 0 }, 'abc')), 'TAR_CORRUPT 512'],
  [
    'a size record with something behind it',
    archive(pax([['size', '3x']]), member({ size: 0 }, 'abc')),
    'TAR_CORRUPT 512',
  ],
  [
    'a size record beyond 2^53',
    archive(pax([['size', '9007199254740993']]), member({ size: 0 }, 'abc')),
    'TAR_TOO_LARGE 512',
  ],
  ['a size for all that follow', archive(pax([['size', '3']], { type: 'g' }), member({}, 'abc')), 'TAR_AMBIGUOUS 512'],
  ['a name for all that follow', archive(pax([['path', 'b']], { type: 'g' }), member({}, 'abc')), 'TAR_AMBIGUOUS 512'],
  [
    'a comment for all that follow',
    archive(pax([['comment', 'b']], { type: 'g' }), member({}, 'abc'), next),
    ['file a', 'file next'],
  ],
  ['a global header, and nothing behind it', archive(next, pax([['comment', 'b']], { type: 'g' })), 'TAR_CORRUPT 2048'],
  [
    'a global header between an entry and its own',
    archive(pax([['path', 'b']]), pax([['comment', 'c']], { type: 'g' }), next),
    'TAR_AMBIGUOUS 1024',
  ],
  ['a NUL in a path record', archive(pax([['path', 'b\0c']]), next), 'TAR_CORRUPT 512'],
  ['a NUL in a link record', archive(pax([['linkpath', 'b\0c']]), header({ type: '2', link: 'x' })), 'TAR_CORRUPT 512'],
  ['an empty path record', archive(pax([['path', '']]), next), 'TAR_AMBIGUOUS 512'],
  [
    'two names in one header',
    archive(
      pax([
        ['path', 'b'],
        ['path', 'c'],
      ]),
      member({}, 'abc'),
    ),
    ['file c'],
  ],
  ['a record that begins with 0', archive(member({ type: 'x' }, '011 path=bb\n'), next), 'TAR_CORRUPT 512'],
  ['a record that is longer than it says', archive(member({ type: 'x' }, '9 path=bb\n'), next), 'TAR_CORRUPT 512'],
  ['a record without its line end', archive(member({ type: 'x' }, '10 path=bbX'), next), 'TAR_CORRUPT 512'],
  ['a record without a keyword', archive(member({ type: 'x' }, '6 =ab\n'), next), 'TAR_CORRUPT 512'],
  ['NULs behind the records', archive(member({ type: 'x' }, '11 path=bb\n\0\0'), next), 'TAR_CORRUPT 523'],
  [
    'a record of a length in twenty digits',
    archive(member({ type: 'x' }, '99999999999999999999 path=b\n'), next),
    'TAR_CORRUPT 512',
  ],
  ['a header of no records', archive(pax([]), next), ['file next']],
  ['a time that is none', archive(pax([['mtime', '1e3']]), next), 'TAR_CORRUPT 512'],
  ['names in another character set', archive(pax([['hdrcharset', 'KOI8-R']]), next), 'TAR_UNSUPPORTED 512'],
  ['two PAX headers', archive(pax([['path', 'b']]), pax([['mtime', '1']]), next), 'TAR_AMBIGUOUS 1024'],
  ['two long names', archive(long('one'), long('two'), next), 'TAR_AMBIGUOUS 1024'],
  ['two long targets', archive(long('one', 'K'), long('two', 'K'), next), 'TAR_AMBIGUOUS 1024'],
  ['a long name and a PAX header', archive(long('one'), pax([['path', 'two']]), next), 'TAR_AMBIGUOUS 1024'],
  [
    'a long name with something behind its NUL',
    archive(member({ type: 'L', magic: gnuMagic }, 'ab\0cd\0'), next),
    'TAR_CORRUPT 512',
  ],
  ['a long name of nothing', archive(header({ type: 'L', magic: gnuMagic }), next), 'TAR_CORRUPT 0'],
  ['a long name without its NUL', archive(member({ type: 'L', magic: gnuMagic }, 'ab'), next), 'TAR_AMBIGUOUS 512'],
  [
    'something behind the end of a sparse map',
    archive(sparse(`${piece(0, 3)}${'\0'.repeat(30)}/`, 3, 10)),
    'TAR_AMBIGUOUS 0',
  ],
  ['times of star that are none', archive(header({ starTimes: '1121357x217 11213575217 ' })), 'TAR_CORRUPT 0'],
  ['times of star', archive(header({ starTimes: '11213575217 11213575217 ' })), ['file a']],
  ['a long name, and no entry', archive(next, long('ab')), 'TAR_CORRUPT 2048'],
  ['no number in a header for headers', archive(pax([['comment', 'c']], { mode: '000064/\0' }), next), 'TAR_CORRUPT 0'],
  ['Solaris for a PAX header', archive(pax([['path', 'b']], { type: 'X' }), member({}, 'abc')), ['file b']],
  ['a slash behind the name of a file', archive(header({ name: 'a/' })), 'TAR_AMBIGUOUS 0'],
  [
    'a slash behind the name of an old file',
    archive(header({ name: 'a/', type: '\0', magic: oldMagic }), next),
    ['directory a/', 'file next'],
  ],
  ['a slash behind the long name of an old file', archive(long('b/'), header({ type: '\0' })), 'TAR_AMBIGUOUS 1024'],
  [
    'a slash behind the first of two names',
    archive(pax([['path', 'b']]), header({ name: 'a/', type: '\0' })),
    'TAR_AMBIGUOUS 1024',
  ],
  ['a prefix and a name', archive(header({ prefix: 'p', name: 'n' })), ['file p/n']],
  [
    'a prefix that fills its field',
    archive(header({ prefix: 'p'.repeat(155), name: 'n'.repeat(100) })),
    [`file ${'p'.repeat(155)}/${'n'.repeat(100)}`],
  ],
  ['a prefix with a slash at its end', archive(header({ prefix: 'p/', name: 'n' })), 'TAR_AMBIGUOUS 0'],
  ['a prefix alone', archive(header({ prefix: 'p', name: '' })), 'TAR_AMBIGUOUS 0'],
  ['a prefix in a header of GNU', archive(header({ prefix: 'p', magic: gnuMagic })), 'TAR_AMBIGUOUS 0'],
  ['a prefix in an old header', archive(header({ prefix: 'p', magic: oldMagic })), 'TAR_AMBIGUOUS 0'],
  ['a name that is not UTF-8', archive(header({ name: 'n\xff' })), ['file n\ufffd']],
  ['no name', archive(header({ name: '' })), 'TAR_CORRUPT 0'],
  ['no target', archive(header({ type: '2' })), 'TAR_CORRUPT 0'],
  ['another version of ustar', archive(header({ prefix: 'p', magic: 'ustar\x0099' })), ['file p/a']],
  ['another magic', archive(header({ magic: 'ustarx00' })), 'TAR_AMBIGUOUS 0'],
  ['a checksum that is wrong', archive(next, header({ checksum: '0000001\0' })), 'TAR_CORRUPT 1024'],
  ['a checksum that is none', archive(next, header({ checksum: 'checksum' })), 'TAR_CORRUPT 1024'],
  ['octal in spaces', archive(member({ size: '          3 ' }, 'abc'), next), ['file a', 'file next']],
  ['octal that fills its field', archive(member({ size: '000000000003' }, 'abc'), next), ['file a', 'file next']],
  ['octal behind a NUL', archive(member({ size: '\x003' }, 'abc')), 'TAR_CORRUPT 0'],
  ['octal behind a tab', archive(member({ size: '\t3' }, 'abc')), 'TAR_CORRUPT 0'],
  ['octal behind a sign', archive(member({ size: '+3' }, 'abc')), 'TAR_CORRUPT 0'],
  ['two numbers in a field', archive(member({ size: '3\x003' }, 'abc')), 'TAR_CORRUPT 0'],
  ['a digit 9', archive(member({ size: '00000000009\0' }, 'abc')), 'TAR_CORRUPT 0'],
  ['a field of spaces', archive(header({ uid: '        ' })), 'TAR_CORRUPT 0'],
  ['a field of NULs', archive(header({ size: '\0'.repeat(12) }), next), ['file a', 'file next']],
  ['base 256', archive(member({ size: binary(0x80, 3) }, 'abc'), next), ['file a', 'file next']],
  ['base 256 of another first byte', archive(member({ size: binary(0x81, 3) }, 'abc')), 'TAR_CORRUPT 0'],
  ['a negative size in base 256', archive(member({ size: binary(0xff, 0xfd) }, 'abc')), 'TAR_CORRUPT 0'],
  ['a negative time in base 256', archive(member({ mtime: binary(0xff, 0xfd) }, 'abc'), next), ['file a', 'file next']],
  [
    'a size in base 256 beyond 2^53',
    archive(header({ size: binary(0x80, 0x7f, 0, 0, 0, 0, 0, 0, 0) })),
    'TAR_TOO_LARGE 0',
  ],
  ['a user beyond 2^32', archive(header({ uid: Buffer.from([0x80, 0, 0, 1, 0, 0, 0, 0]) })), 'TAR_CORRUPT 0'],
  ['a device that is no number', archive(header({ major: 'junk' })), 'TAR_CORRUPT 0'],
  [
    "a record that begins as GNU's of sparse files",
    archive(pax([['GNU.sparse.num\nlocks', '1']]), header({ type: '6' })),
    'TAR_UNSUPPORTED 512',
  ],
  ['a volume label', archive(header({ type: 'V', magic: gnuMagic })), 'TAR_UNSUPPORTED 0'],
  ['an incremental dump', archive(header({ type: 'D', magic: gnuMagic })), 'TAR_UNSUPPORTED 0'],
  ['an unknown type', archive(header({ type: '8' })), 'TAR_UNSUPPORTED 0'],
  ['a contiguous file', archive(member({ type: '7' }, 'abc'), next), ['file a', 'file next']],
  ['pieces of a sparse file over each other', archive(sparse(piece(0, 3) + piece(1, 3), 6, 10)), 'TAR_CORRUPT 0'],
  ['a piece of a sparse file beyond its end', archive(sparse(piece(7, 6), 6, 10)), 'TAR_CORRUPT 0'],
  ['a sparse file of less than its body', archive(sparse(piece(0, 3), 6, 10)), 'TAR_CORRUPT 0'],
  ['a sparse map that ends and goes on', archive(sparse(piece(0, 3), 3, 10, { extended: '\x01' })), 'TAR_AMBIGUOUS 0'],
  [
    'a sparse file in a header that is not of GNU',
    archive(sparse(piece(0, 3), 3, 10, { magic: 'ustar\x0000' })),
    'TAR_AMBIGUOUS 0',
  ],
  [
    'a sparse file of 8 EiB',
    archive(sparse(piece(0, 3), 3, 0, { realSize: binary(0x80, 0x80, 0, 0, 0, 0, 0, 0, 0) })),
    'TAR_TOO_LARGE 0',
  ],
  ['a sparse map in what is no sparse file', archive(header({ magic: gnuMagic, realSize: 10 })), 'TAR_AMBIGUOUS 0'],
  [
    'a sparse map without its length',
    archive(
      pax([
        ['GNU.sparse.size', '9'],
        ['GNU.sparse.map', '0,3'],
      ]),
      member({}, 'abc'),
    ),
    'TAR_AMBIGUOUS 533',
  ],
  [
    'a sparse map of an unknown format',
    archive(
      pax([
        ['GNU.sparse.major', '2'],
        ['GNU.sparse.minor', '0'],
      ]),
      member({}, 'abc'),
    ),
    'TAR_UNSUPPORTED 1024',
  ],
  [
    'a sparse map of a contiguous file',
    archive(
      pax([
        ['GNU.sparse.size', '9'],
        ['GNU.sparse.numblocks', '1'],
        ['GNU.sparse.map', '0,3'],
      ]),
      member({ type: '7' }, 'abc'),
    ),
    'TAR_AMBIGUOUS 1024',
  ],
  [
    'a sparse map of a directory',
    archive(
      pax([
        ['GNU.sparse.size', '9'],
        ['GNU.sparse.numblocks', '1'],
        ['GNU.sparse.map', '0,0'],
      ]),
      header({ type: '5', name: 'd/' }),
    ),
    'TAR_CORRUPT 1024',
  ],
  [
    'sizes of a sparse file twice',
    archive(
      pax([
        ['GNU.sparse.size', '9'],
        ['GNU.sparse.numblocks', '1'],
        ['GNU.sparse.map', '0,3'],
        ['size', '3'],
      ]),
      member({}, 'abc'),
    ),
    'TAR_AMBIGUOUS 1024',
  ],
  ['a size of star', archive(pax([['SCHILY.realsize', '600']]), member({}, 'abc')), 'TAR_UNSUPPORTED 512'],
  ['no end', Buffer.from(next), 'TAR_TRUNCATED 1024'],
  ['half of an end', Buffer.concat([next, Buffer.alloc(512)]), 'TAR_TRUNCATED 1536'],
  ['one block of zeros, and more', Buffer.concat([next, Buffer.alloc(512), archive(next)]), 'TAR_AMBIGUOUS 1024'],
  ['something behind the end', Buffer.concat([archive(next), Buffer.from('anything'), next]), ['file next']],
  ['nothing at all', Buffer.alloc(0), 'TAR_TRUNCATED 0'],
  ['no entry', archive(), []],
  ['a body beyond the end', member({ size: 5000 }, 'abc'), 'TAR_TRUNCATED 1024'],
  ['a padding that is cut off', next.subarray(0, 600), 'TAR_TRUNCATED 600'],
  ['a header that is cut off', next.subarray(0, 300), 'TAR_TRUNCATED 300'],
]

function outcome(bytes: Uint8Array, pieceLength?: number, options?: TarReaderOptions): string | readonly string[] {
  try {
    return readAll(bytes, pieceLength, options).map(({ type, path }) => `${type} ${path}`)
  } catch (error) {
    if (!(error instanceof TarError)) throw error
    return `${error.code} ${String(error.facts.offset)}`
  }
}

describe('an archive with', () => {
  it.each(rows)('%s', (_what, bytes, read) => {
    expect(outcome(bytes)).toEqual(read)
    expect(outcome(bytes, 1 + (bytes.length % 700))).toEqual(read)
  })
})

it('what is read of these, GNU tar, libarchive and Python read too', needs('tar', 'bsdtar', 'python3'), () => {
  const read = rows.filter(([, , entries]) => typeof entries !== 'string')
  const lists = listAll([...read.map(([, bytes]) => bytes), next])
  expect(
    read.flatMap(([what, bytes], index) =>
      differences(bytes, lists[index] as (typeof lists)[number]).map((difference) => `${what}: ${difference}`),
    ),
  ).toEqual([])
  // One that is not closed they read like one that is.
  expect(differences(archive(next), lists.at(-1) as (typeof lists)[number])).toEqual([])
})

const closed = (entries: Buffer, zeros: number): Buffer => Buffer.concat([entries, Buffer.alloc(zeros)])

describe('an archive that need not be closed', () => {
  const entry = member({ name: 'next' }, 'abc')
  const global = pax([['comment', 'c']], { type: 'g' })

  it.each([
    ['behind an entry', entry, ['file next']],
    ['behind half of its end', closed(entry, 512), ['file next']],
    ['behind all of it', closed(entry, 1024), ['file next']],
    ['behind half of its end, without an entry', Buffer.alloc(512), []],
    ['within its end', closed(entry, 300), 'TAR_TRUNCATED 1324'],
    ['within a header', entry.subarray(0, 300), 'TAR_TRUNCATED 300'],
    ['behind a header whose body is to come', entry.subarray(0, 512), 'TAR_TRUNCATED 512'],
    ['within a body', entry.subarray(0, 514), 'TAR_TRUNCATED 514'],
    ['behind a body without its padding', entry.subarray(0, 515), ['file next']],
    ['within its padding', entry.subarray(0, 1000), ['file next']],
    ['behind a long name', long('x'.repeat(200)), 'TAR_TRUNCATED 1024'],
    ['behind a header for all that follow', global, 'TAR_TRUNCATED 1024'],
    ['before anything', Buffer.alloc(0), 'TAR_TRUNCATED 0'],
    ['behind half of its end, and goes on', Buffer.concat([closed(entry, 512), archive(entry)]), 'TAR_AMBIGUOUS 1024'],
  ])('and ends %s', (_, bytes, expected) => {
    for (const length of [Infinity, 7]) expect(outcome(bytes, length, { endMarker: 'optional' })).toEqual(expected)
  })
})

it('tells where, what, and what to do', () => {
  expect(() => readAll(archive(next, header({ type: '8' })))).toThrowError(
    expect.objectContaining({
      message: 'the tar archive has an unsupported part at byte 1024: an entry of type "8"',
      hint: 'build the archive again with an ordinary tool',
      facts: { offset: 1024 },
    }) as Error,
  )
})
