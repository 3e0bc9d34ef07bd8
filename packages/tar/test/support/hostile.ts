import type { Random } from '../../../../fuzz/random.ts'
import {
  end,
  gnuMagic,
  header,
  long,
  member,
  oldMagic,
  padded,
  pax,
  record,
  sealed,
  type Fields,
  type PaxPair,
} from './build.ts'

const magics = ['ustar\x0000', gnuMagic, oldMagic]
const names = [
  'a',
  'b/c',
  './d',
  '/e',
  '../f',
  'g/',
  'h//',
  'n\xffm',
  'n'.repeat(100),
  `${'p'.repeat(90)}/${'q'.repeat(9)}`,
  '\xc3\xa9',
  '.',
  '',
]
const longNames = ['l'.repeat(120), `${'l'.repeat(120)}/`, `${'m/'.repeat(80)}n`, 'short', '\xe9'.repeat(101)]
const types = [
  '0',
  '0',
  '0',
  '\0',
  '1',
  '2',
  '3',
  '4',
  '5',
  '6',
  '7',
  'S',
  'x',
  'g',
  'L',
  'K',
  'X',
  'V',
  'D',
  'M',
  'N',
  'A',
  '8',
  'z',
]
const octal = (value: number): string => `${value.toString(8).padStart(11, '0')}\0`
const binary = (first: number, ...rest: readonly number[]): Buffer =>
  Buffer.from([first, ...Array.from({ length: 11 - rest.length }, () => (first === 0xff ? 0xff : 0)), ...rest])

/** Of a field of 12 bytes; one of 8 has the beginning of it. */
const numbers: readonly (string | Uint8Array)[] = [
  '\0'.repeat(12),
  ' '.repeat(12),
  '0',
  '3',
  '   3 ',
  '\t3',
  '\x003',
  '3\x005',
  '3 5',
  '-3',
  '+3',
  '9',
  'junk',
  '0x10',
  '00000000600\0',
  '77777777777\0',
  '777777777777',
  '000000000003',
  binary(0x80, 3),
  binary(0x80, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
  binary(0x80, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
  binary(0xff, 0xfd),
  binary(0x81, 3),
  binary(0xc0, 3),
]
const small = Buffer.from([0x80, 0, 0, 0, 0, 0, 0, 3])

const values: Record<string, readonly string[]> = {
  path: ['a', 'b/c', 'p'.repeat(150), 'd/', '', 'n\0m', '\xff\xfe', 'two\nlines', '..'],
  linkpath: ['a', 'p'.repeat(150), '', 'n\0m', '/x'],
  size: [
    '0',
    '1',
    '3',
    '600',
    '1024',
    '-1',
    '',
    ' 3',
    '3 ',
    '3x',
    '0x3',
    '03',
    '99999999999999999999',
    '9007199254740993',
    '1e2',
    '3.0',
  ],
  uid: ['0', '5', '4294967295', '4294967296', '-1', '', 'root', '1.5'],
  gid: ['0', '5', '4294967296', '', 'x'],
  uname: ['root', '', 'n\0m', 'u'.repeat(50)],
  gname: ['root', ''],
  mtime: [
    '0',
    '1',
    '1.5',
    '-1',
    '-1.5',
    '.5',
    '1.',
    '',
    'x',
    '1e3',
    '99999999999',
    '1.1234567891234',
    '99999999999999999999',
  ],
  atime: ['1.5', 'x', ''],
  ctime: ['1', ''],
  comment: ['', 'anything', 'a\0b'],
  hdrcharset: ['BINARY', 'ISO-IR 10646 2000 UTF-8', 'KOI8-R', ''],
  'SCHILY.xattr.user.a': ['v', '', 'a\0b', '\xff'],
  'LIBARCHIVE.xattr.user.b': ['dg', 'dg==', '!', ''],
  'LIBARCHIVE.xattr.user%2ec': ['dg'],
  'LIBARCHIVE.xattr.user%zz': ['dg'],
  'SCHILY.devmajor': ['1', 'x'],
  'SCHILY.devminor': ['1', '4294967296'],
  'SCHILY.realsize': ['10', '600'],
  'SCHILY.fflags': ['nodump'],
  'SCHILY.acl.access': ['user::rw-'],
  'GNU.sparse.major': ['1', '0', '2', ''],
  'GNU.sparse.minor': ['0', '1'],
  'GNU.sparse.name': ['s', ''],
  'GNU.sparse.size': ['10', '0', '99999999999999999999'],
  'GNU.sparse.realsize': ['10', '0'],
  'GNU.sparse.numblocks': ['1', '0', '2'],
  'GNU.sparse.offset': ['0', '5', 'x'],
  'GNU.sparse.numbytes': ['3', '0'],
  'GNU.sparse.map': ['0,3', '0', '', '0,3,5,2', '5,2,0,3', 'a,b'],
  'GNU.volume.label': ['v'],
  'VENDOR.x': ['y'],
  '': ['x'],
}
const keywords = Object.keys(values)
const numeric = ['mode', 'uid', 'gid', 'size', 'mtime', 'major', 'minor'] as const

function wrong(random: Random, fields: Fields): Fields {
  switch (random.below(9)) {
    case 0:
      return { ...fields, magic: random.pick([...magics, 'ustar\x0099', 'ustarx00', 'ustar \0\0', 'USTAR\x0000']) }
    case 1:
      return { ...fields, type: random.pick(types) }
    case 2:
      return {
        ...fields,
        prefix: random.pick(['p', 'p/', 'p'.repeat(155), '/', '\xff', '00000000001\x0000000000001\0']),
      }
    case 3:
      return { ...fields, name: random.pick(names) }
    case 4:
      return { ...fields, link: random.pick(['', 'x', 'y/', 'z'.repeat(100)]) }
    case 5:
      return { ...fields, checksum: random.pick(['', '0000000\0', '  junk  ', '0007777 ']) }
    default: {
      const field = random.pick(numeric)
      const value = random.pick(numbers)
      return { ...fields, [field]: field !== 'size' && field !== 'mtime' && random.once(3) ? small : value }
    }
  }
}

/** One in so many of all headers is changed. */
const between = (random: Random, odds: number, fields: Fields): Fields =>
  random.once(odds) ? wrong(random, fields) : fields

const body = (random: Random): string => 'x'.repeat(random.pick([0, 0, 1, 3, 511, 512, 513, 1500]))

const anyRecords = (random: Random): PaxPair[] =>
  Array.from({ length: 1 + random.below(4) }, () => {
    const keyword = random.pick(keywords)
    return [keyword, random.pick(values[keyword] ?? [''])]
  })

const goodRecords = (random: Random): PaxPair[] =>
  [
    ['path', random.pick(['p'.repeat(150), 'q/r', '\xc3\xa9'])] as const,
    ['mtime', '5.25'] as const,
    ['uid', '3000000'] as const,
    ['SCHILY.xattr.user.a', 'v'] as const,
    ['uname', 'somebody'] as const,
  ].filter(() => random.once(2))

/** A body of records, one of which may be broken. */
function brokenPax(random: Random): Buffer {
  const bytes = Buffer.concat(goodRecords(random).concat(anyRecords(random)).map(record))
  const at = random.below(bytes.length)
  const kinds: readonly (() => Buffer)[] = [
    () => Buffer.concat([bytes, Buffer.from('\0\0\0')]),
    () => Buffer.concat([bytes, Buffer.from('x')]),
    () => bytes.subarray(0, at),
    () => Buffer.concat([Buffer.from('0'), bytes]),
    () => Buffer.concat([Buffer.from(' '), bytes]),
    () =>
      Buffer.concat([
        bytes.subarray(0, at),
        Buffer.from(random.pick(['\0', '\n', '=', ' ', '9'])),
        bytes.subarray(at + 1),
      ]),
  ]
  return member({ name: 'PaxHeaders/a', type: random.pick(['x', 'g', 'X']) }, random.pick(kinds)())
}

const piece = (offset: number, length: number): string => octal(offset) + octal(length)

function sparse(random: Random, odds: number): Buffer {
  const file = (fields: Fields, content: string): Buffer =>
    member(between(random, odds, { name: 's', size: content.length, ...fields }), content)
  const name = random.pick(['s', 'p'.repeat(120)])
  const lengths = random.pick([
    [3, 2],
    [600, 0],
    [0, 0],
  ])
  const total = (lengths[0] ?? 0) + (lengths[1] ?? 0)
  const second = random.once(odds) ? random.pick([0, 1, 5000]) : 700
  const map = [0, lengths[0] ?? 0, second, lengths[1] ?? 0]
  const realSize = random.once(odds) ? random.pick([0, 700, 2 ** 33 - 1]) : 2000
  const content = 'x'.repeat(random.once(odds) ? random.below(700) : total)
  switch (random.below(4)) {
    case 0: {
      const isExtended = random.once(2)
      const fields: Fields = {
        type: 'S',
        magic: gnuMagic,
        size: content.length,
        sparse:
          piece(0, map[1] ?? 0) +
          (isExtended
            ? random.once(odds)
              ? ''
              : [610, 620, 630].map((at) => piece(at, 0)).join('')
            : piece(second, map[3] ?? 0)),
        extended: isExtended ? '\x01' : '\0',
        realSize: octal(realSize),
      }
      const extension = Buffer.alloc(isExtended ? 512 : 0)
      extension.write(piece(second, map[3] ?? 0), 0, 'latin1')
      return Buffer.concat([header({ name, ...between(random, odds, fields) }), extension, padded(content)])
    }
    case 1:
      return Buffer.concat([
        pax([
          ['GNU.sparse.size', String(realSize)],
          ['GNU.sparse.numblocks', '2'],
          ['GNU.sparse.offset', '0'],
          ['GNU.sparse.numbytes', String(map[1])],
          ['GNU.sparse.offset', String(second)],
          ['GNU.sparse.numbytes', String(map[3])],
        ]),
        file({}, content),
      ])
    case 2:
      return Buffer.concat([
        pax([
          ['GNU.sparse.size', String(realSize)],
          ['GNU.sparse.numblocks', random.once(odds) ? '1' : '2'],
          ['GNU.sparse.name', name],
          ['GNU.sparse.map', map.join(',')],
        ]),
        file({}, content),
      ])
    default: {
      const lines = random.once(odds)
        ? random.pick(['2\n0\n3\n', '\n', '1\n0\nx\n', '1\n0\n3\n7\n'])
        : `2\n${map.join('\n')}\n`
      const whole = padded(lines).toString('latin1') + content
      return Buffer.concat([
        pax([
          ['GNU.sparse.major', '1'],
          ['GNU.sparse.minor', '0'],
          ['GNU.sparse.name', name],
          ['GNU.sparse.realsize', String(realSize)],
        ]),
        file({ name: 'GNUSparseFile.0/s' }, whole),
      ])
    }
  }
}

function plain(random: Random, odds: number): Buffer {
  const magic = random.pick(magics)
  const name = random.pick(names)
  const mtime = random.pick([0, 1, 1_700_000_000])
  const common: Fields = { magic, name, mtime, user: random.pick(['', 'root']) }
  switch (random.below(7)) {
    case 0:
      return header(
        between(random, odds, { ...common, type: '5', name: `${name}/`, size: random.once(odds) ? 600 : 0 }),
      )
    case 1:
      return header(between(random, odds, { ...common, type: '1', link: 'target', size: random.once(4) ? 600 : 0 }))
    case 2:
      return header(between(random, odds, { ...common, type: '2', link: 'target' }))
    case 3:
      return header(between(random, odds, { ...common, type: random.pick(['3', '4', '6']), major: 1, minor: 3 }))
    case 4:
      return member(between(random, odds, { ...common, type: random.pick(['\0', '7']) }), body(random))
    default:
      return withBody(random, odds, common)
  }
}

function withBody(random: Random, odds: number, fields: Fields): Buffer {
  const content = body(random)
  return member(between(random, odds, { ...fields, size: content.length }), content)
}

function one(random: Random, odds: number): Buffer {
  switch (random.below(8)) {
    case 0:
      return Buffer.concat([
        long(random.pick(longNames)),
        withBody(random, odds, { name: 'l'.repeat(100), magic: gnuMagic }),
      ])
    case 1:
      return Buffer.concat([
        random.once(2) ? long(random.pick(longNames), 'K') : Buffer.alloc(0),
        random.once(2) ? long(random.pick(longNames)) : Buffer.alloc(0),
        header(between(random, odds, { type: random.pick(['1', '2']), link: 'x', magic: gnuMagic })),
      ])
    case 2:
      return Buffer.concat([pax(random.once(odds) ? anyRecords(random) : goodRecords(random)), plain(random, odds)])
    case 3:
      return random.once(odds)
        ? Buffer.concat([brokenPax(random), plain(random, odds)])
        : pax(random.once(odds) ? anyRecords(random) : [['comment', 'c']], { type: 'g' })
    case 4:
      return sparse(random, odds)
    default:
      return plain(random, odds)
  }
}

/** An archive of a few entries of all kinds: good ones, and nearly good ones. The more seldom a header is changed, the more there are. */
export function hostileArchive(random: Random): Buffer {
  const odds = random.pick([4, 10, 40])
  const parts = Array.from({ length: 1 + random.below(4) }, () => one(random, odds))
  if (random.once(odds)) parts.splice(random.below(parts.length + 1), 0, Buffer.alloc(512))
  if (random.once(odds)) parts.push(random.pick([long('x'), pax([['path', 'x']])]))
  const whole = Buffer.concat([...parts, random.once(odds) ? Buffer.alloc(random.pick([0, 512])) : end])
  if (random.once(odds)) return whole.subarray(0, random.below(whole.length))
  if (random.once(odds) && whole.length > 0) {
    const at = random.below(whole.length)
    whole[at] = random.below(256)
    const block = at - (at % 512)
    if (block + 512 <= whole.length && random.once(2)) sealed(whole.subarray(block, block + 512))
  }
  return whole
}
