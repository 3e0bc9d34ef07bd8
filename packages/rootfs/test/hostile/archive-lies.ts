import {
  archive,
  gnuMagic,
  header,
  long,
  member,
  oldMagic,
  padded,
  pax,
  type Fields,
} from '../../../tar/test/support/build.ts'
import { directory, file, row, type Row } from './row.ts'

const next = file('next', 'n')
const body = padded('z'.repeat(600))
const binary = (first: number, ...last: readonly number[]): Buffer =>
  Buffer.from([first, ...Array<number>(11 - last.length).fill(first === 0xff ? 0xff : 0), ...last])
const piece = (offset: number, length: number): string =>
  [offset, length].map((value) => `${value.toString(8).padStart(11, '0')}\0`).join('')
const sparse = (map: string, size: number, realSize: number | Buffer, more: Fields = {}): Buffer =>
  member({ type: 'S', name: 's', magic: gnuMagic, sparse: map, realSize, ...more }, 'x'.repeat(size))
const one = (map: string, realSize: string, content = 'abc'): Buffer =>
  Buffer.concat([
    pax([
      ['GNU.sparse.size', realSize],
      ['GNU.sparse.numblocks', String(map.split(',').length / 2)],
      ['GNU.sparse.map', map],
    ]),
    member({ name: 's' }, content),
  ])
const ten = (map: string, realSize: string, content: string): Buffer => {
  const whole = Buffer.concat([padded(map), Buffer.from(content, 'latin1')])
  return Buffer.concat([
    pax([
      ['GNU.sparse.major', '1'],
      ['GNU.sparse.minor', '0'],
      ['GNU.sparse.name', 's'],
      ['GNU.sparse.realsize', realSize],
    ]),
    member({ name: 'GNUSparseFile.0/s' }, whole),
  ])
}
/** A second archive inside a body, which whoever takes another size for that body's comes to. */
const hidden = archive(file('hidden', 'evil'))

/** Archives that say one thing to one reader and another to the next, and such that are broken. */
export const archiveLies: readonly Row[] = [
  row(
    'a size record that hides entries',
    archive(pax([['size', String(hidden.length)]]), member({ name: 'a', size: 0 }, hidden)),
    [`f a ${hidden.toString('latin1')}`],
  ),
  row(
    'a size record that shows entries',
    archive(pax([['size', '0']]), member({ name: 'a' }, hidden), next),
    'tar AMBIGUOUS',
  ),
  row(
    'a size record that the header contradicts',
    archive(pax([['size', '3']]), member({ size: 600 }, 'abc')),
    'tar AMBIGUOUS',
  ),
  row(
    'a size record over a header for headers',
    archive(pax([['size', '1024']]), pax([['path', 'b']]), next),
    'tar AMBIGUOUS',
  ),
  row('a size record over a long name', archive(pax([['size', '3']]), long('one'), next), 'tar AMBIGUOUS'),
  row('a size record of a directory', archive(pax([['size', '512']]), directory('d/'), body), 'tar AMBIGUOUS'),
  row('a size for all that follow', archive(pax([['size', '3']], { type: 'g' }), next), 'tar AMBIGUOUS'),
  row('a name for all that follow', archive(pax([['path', '../b']], { type: 'g' }), next), 'tar AMBIGUOUS'),
  row('a target for all that follow', archive(pax([['linkpath', '/b']], { type: 'g' }), next), 'tar AMBIGUOUS'),
  row(
    'attributes for all that follow',
    archive(pax([['SCHILY.xattr.user.a', 'b']], { type: 'g' }), next),
    'tar AMBIGUOUS',
  ),
  row('a negative size record', archive(pax([['size', '-3']]), next), 'tar CORRUPT'),
  row('a size record that is no number', archive(pax([['size', '0x3']]), next), 'tar CORRUPT'),
  row('a size record with an exponent', archive(pax([['size', '1e2']]), next), 'tar CORRUPT'),
  row('a size record with something behind it', archive(pax([['size', '3 ']]), next), 'tar CORRUPT'),
  row('a size record beyond 2^53', archive(pax([['size', '9007199254740993']]), file('a')), 'tar TOO_LARGE'),
  row('a NUL in a path record', archive(pax([['path', 'b\0/../../c']]), next), 'tar CORRUPT'),
  row(
    'a NUL in a target record',
    archive(pax([['linkpath', 'b\0c']]), header({ type: '2', link: 'x' })),
    'tar CORRUPT',
  ),
  row('a path record that leads above', archive(pax([['path', '../b']]), next), 'name'),
  row('a path record over a name that leads above', archive(pax([['path', 'b']]), file('../a', 'x')), ['f b x']),
  row(
    'two path records in one header',
    archive(
      pax([
        ['path', '../b'],
        ['path', 'c'],
      ]),
      file('a', 'x'),
    ),
    ['f c x'],
  ),
  row(
    'a target record over a target',
    archive(pax([['linkpath', '../../b']]), header({ name: 'a', type: '2', link: 'x' })),
    ['l a -> ../../b'],
  ),
  row('an empty path record', archive(pax([['path', '']]), next), 'tar AMBIGUOUS'),
  row('two PAX headers', archive(pax([['path', 'b']]), pax([['path', 'c']]), next), 'tar AMBIGUOUS'),
  row('two long names', archive(long('one'), long('../two'), next), 'tar AMBIGUOUS'),
  row('two long targets', archive(long('one', 'K'), long('two', 'K'), next), 'tar AMBIGUOUS'),
  row('a long name and a path record', archive(long('../one'), pax([['path', 'two']]), next), 'tar AMBIGUOUS'),
  row('a long name that leads above', archive(long(`../${'x'.repeat(120)}`), next), 'name'),
  row(
    'a long name with something behind its NUL',
    archive(member({ type: 'L', magic: gnuMagic }, 'a\0/../b\0'), next),
    'tar CORRUPT',
  ),
  row('a long name without its NUL', archive(member({ type: 'L', magic: gnuMagic }, 'ab'), next), 'tar AMBIGUOUS'),
  row('a prefix that leads above', archive(header({ prefix: '..', name: 'n' })), 'name'),
  row('a prefix that is absolute', archive(member({ prefix: '/p', name: 'n' }, 'x')), ['d p', 'f p/n x']),
  row('a prefix in a header of GNU', archive(header({ prefix: '..', magic: gnuMagic })), 'tar AMBIGUOUS'),
  row('a prefix in an old header', archive(header({ prefix: 'p', magic: oldMagic })), 'tar AMBIGUOUS'),
  row('a record that is longer than it says', archive(member({ type: 'x' }, '9 path=bb\n'), next), 'tar CORRUPT'),
  row(
    'a record of a length in twenty digits',
    archive(member({ type: 'x' }, '99999999999999999999 path=b\n'), next),
    'tar CORRUPT',
  ),
  row('a record of a negative length', archive(member({ type: 'x' }, '-9 path=b\n'), next), 'tar CORRUPT'),
  row('a record without its line end', archive(member({ type: 'x' }, '10 path=bbX'), next), 'tar CORRUPT'),
  row('a PAX header of a gigabyte', archive(header({ type: 'x', size: 1024 ** 3 })), 'tar TOO_LARGE'),
  row('a long name of a gigabyte', archive(header({ type: 'L', magic: gnuMagic, size: 1024 ** 3 })), 'tar TOO_LARGE'),
  row('a PAX header, and no entry', archive(next, pax([['path', 'b']])), 'tar CORRUPT'),
  row('names in another character set', archive(pax([['hdrcharset', 'KOI8-R']]), next), 'tar UNSUPPORTED'),
  row(
    'a size in a hard link',
    archive(header({ type: '1', link: 'next', size: hidden.length }), hidden),
    'tar AMBIGUOUS',
  ),
  row('a size in a symbolic link', archive(header({ type: '2', link: 'x', size: 600 }), body, next), 'tar AMBIGUOUS'),
  row('a size in a fifo', archive(header({ type: '6', size: 600 }), body, next), 'tar AMBIGUOUS'),
  row('a size in a device', archive(header({ type: '3', size: 600 }), body, next), 'tar AMBIGUOUS'),
  row('a size in a directory, and a body', archive(directory('d/', { size: 600 }), body, next), 'tar CORRUPT'),
  row('a negative size', archive(member({ size: binary(0xff, 0xfd) }, 'abc')), 'tar CORRUPT'),
  row('a size beyond 2^53', archive(header({ size: binary(0x80, 0x7f, 0, 0, 0, 0, 0, 0, 0) })), 'tar TOO_LARGE'),
  row('a size in octal with a sign', archive(member({ size: '-3' }, 'abc')), 'tar CORRUPT'),
  row('two numbers in the size', archive(member({ size: '3\x005' }, 'abc')), 'tar CORRUPT'),
  row('a file with a slash behind its name', archive(file('a/', 'x')), 'tar AMBIGUOUS'),
  row(
    'an old file with a slash behind its name',
    archive(header({ name: 'a/', type: '\0', magic: oldMagic, mode: 0o755 }), next),
    ['d a', 'f next n'],
  ),
  row('a contiguous file', archive(member({ name: 'a', type: '7' }, 'abc')), ['f a abc']),
  row('an unknown type', archive(header({ type: '8' })), 'tar UNSUPPORTED'),
  row('a volume', archive(header({ type: 'M', magic: gnuMagic })), 'tar UNSUPPORTED'),
  row('an incremental dump', archive(header({ type: 'D', magic: gnuMagic })), 'tar UNSUPPORTED'),
  row('no name', archive(header({ name: '' })), 'tar CORRUPT'),
  row('a link without a target', archive(header({ type: '2' })), 'tar CORRUPT'),
  row('a checksum that is wrong', archive(next, header({ checksum: '0000001\0' })), 'tar CORRUPT'),
  row('a checksum that is none', archive(next, header({ checksum: 'checksum' })), 'tar CORRUPT'),

  row('pieces of a sparse file over each other', archive(sparse(piece(0, 3) + piece(1, 3), 6, 10)), 'tar CORRUPT'),
  row('pieces of a sparse file in the wrong order', archive(sparse(piece(5, 3) + piece(0, 3), 6, 10)), 'tar CORRUPT'),
  row('a piece of a sparse file beyond its end', archive(sparse(piece(7, 6), 6, 10)), 'tar CORRUPT'),
  row('a sparse file of less than its body', archive(sparse(piece(0, 3), 6, 10)), 'tar CORRUPT'),
  row(
    'a sparse file of 8 EiB',
    archive(sparse(piece(0, 3), 3, binary(0x80, 0x80, 0, 0, 0, 0, 0, 0, 0))),
    'tar TOO_LARGE',
  ),
  row('a sparse file of more than a limit', archive(sparse(piece(0, 3), 3, 5000)), 'tar TOO_LARGE', {
    maxSparseSize: 4096,
  }),
  row('a sparse map that ends and goes on', archive(sparse(piece(0, 3), 3, 10, { extended: '\x01' })), 'tar AMBIGUOUS'),
  row(
    'a sparse map with something behind it',
    archive(sparse(`${piece(0, 3)}${'\0'.repeat(30)}/`, 3, 10)),
    'tar AMBIGUOUS',
  ),
  row(
    'a sparse map in a header that is not of GNU',
    archive(sparse(piece(0, 3), 3, 10, { magic: 'ustar\x0000' })),
    'tar AMBIGUOUS',
  ),
  row('pieces of a sparse file over each other, in records', archive(one('0,2,1,1', '9')), 'tar CORRUPT'),
  row('a piece of a sparse file beyond its end, in records', archive(one('8,3', '9')), 'tar CORRUPT'),
  row('a negative piece of a sparse file', archive(one('-1,3', '9')), 'tar CORRUPT'),
  row('a sparse file of a negative size', archive(one('0,3', '-9')), 'tar CORRUPT'),
  row('a sparse map of more than its body', archive(one('0,2,4,9', '20')), 'tar CORRUPT'),
  row('a sparse map of 8 EiB', archive(one('9223372036854775800,3', '9223372036854775807')), 'tar TOO_LARGE'),
  row(
    'a sparse map without its length',
    archive(
      pax([
        ['GNU.sparse.size', '9'],
        ['GNU.sparse.map', '0,3'],
      ]),
      file('s', 'abc'),
    ),
    'tar AMBIGUOUS',
  ),
  row(
    'a sparse map of a directory',
    archive(
      pax([
        ['GNU.sparse.size', '9'],
        ['GNU.sparse.numblocks', '1'],
        ['GNU.sparse.map', '0,0'],
      ]),
      directory('d/'),
    ),
    'tar CORRUPT',
  ),
  row(
    'a sparse map of an unknown format',
    archive(
      pax([
        ['GNU.sparse.major', '2'],
        ['GNU.sparse.minor', '0'],
      ]),
      file('s', 'abc'),
    ),
    'tar UNSUPPORTED',
  ),
  row('a sparse map in the body that lies about its length', archive(ten('9\n0\n3\n', '10', 'abc')), 'tar CORRUPT'),
  row('a sparse map in the body that overlaps', archive(ten('2\n0\n2\n1\n1\n', '10', 'abc')), 'tar CORRUPT'),
  row('a sparse map in the body that is no number', archive(ten('x\n', '10', 'abc')), 'tar CORRUPT'),
  row('a sparse file, as GNU writes it', archive(sparse(piece(2, 3) + piece(10, 0), 3, 10)), ['f s \0\0xxx\0\0\0\0\0']),
  row('a sparse file, in records', archive(one('2,3', '7')), ['f s \0\0abc\0\0']),
  row('a sparse file, with a map in its body', archive(ten('1\n2\n3\n', '7', 'abc')), ['f s \0\0abc\0\0']),
  row('a sparse file that is one hole', archive(one('7,0', '7', '')), ['f s \0\0\0\0\0\0\0']),

  row('no end', Buffer.from(next), ['f next n']),
  row('half of an end', Buffer.concat([next, Buffer.alloc(512)]), ['f next n']),
  row(
    'one block of zeros, and more',
    Buffer.concat([next, Buffer.alloc(512), archive(file('hidden', 'evil'))]),
    'tar AMBIGUOUS',
  ),
  row('a second archive behind the end', Buffer.concat([archive(next), hidden]), ['f next n']),
  row('nothing at all', Buffer.alloc(0), 'tar TRUNCATED'),
  row('no entry', archive(), []),
  row('a body beyond the end', member({ size: 5000 }, 'abc'), 'tar TRUNCATED'),
  row('a padding that is cut off', next.subarray(0, 600), ['f next n']),
  row('a body that is cut off', member({ size: 5 }, 'abcde').subarray(0, 514), 'tar TRUNCATED'),
  row('a header that is cut off', next.subarray(0, 300), 'tar TRUNCATED'),
  row('a second layer that is cut off', [archive(next), next.subarray(0, 300)], 'tar TRUNCATED'),
]
