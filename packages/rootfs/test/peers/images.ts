import { spawnSync } from 'node:child_process'
import { closeSync, ftruncateSync, mkdirSync, openSync, utimesSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Fields, PaxPair } from '../../../tar/test/support/build.ts'
import * as row from '../hostile/row.ts'

const at = (mtime: string, entry: Buffer): Buffer => row.withRecords([['mtime', mtime]], entry)
const xattrs = (all: Readonly<Record<string, string>>, entry: Buffer): Buffer =>
  row.withRecords(
    Object.entries(all).map(([name, value]): PaxPair => [`SCHILY.xattr.${name}`, Buffer.from(value, 'latin1')]),
    entry,
  )

/** cap_net_raw+ep (capabilities(7), VFS_CAP_REVISION_2). */
const mayUseNet = '\x01\0\0\x02\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0'
/** user::rw-, user:33:r--, group::r--, mask::r--, other::--- (acl(5), as Linux keeps it). */
const acl = Buffer.from(
  '0200000001000600ffffffff020004002100000004000400ffffffff10000400ffffffff20000000ffffffff',
  'hex',
).toString('latin1')

const mtime = (seconds: number) => ({ mtime: 1_000_000_000 + seconds })
const root = row.directory('./', mtime(0))

/** Entries whose names, and targets of hard links, are below a directory of the topic. */
const makersOf = (topic: string) => ({
  file: (name: string, body = '', given: Fields = {}) => row.file(`${topic}/${name}`, body, given),
  directory: (name: string, given: Fields = {}) => row.directory(`${topic}/${name}`, given),
  symlink: (name: string, target: string, given: Fields = {}) => row.symlink(`${topic}/${name}`, target, given),
  link: (name: string, target: string, given: Fields = {}) =>
    row.hardLink(`${topic}/${name}`, `${topic}/${target}`, given),
  fifo: (name: string, given: Fields = {}) => row.fifo(`${topic}/${name}`, given),
  device: (name: string, given: Fields = {}) => row.device(`${topic}/${name}`, given),
})
type Makers = ReturnType<typeof makersOf>

const whiteouts = ({ file, directory }: Makers): readonly (readonly Buffer[])[] => [
  [
    ...['d/', 'd/sub/', 'e/', 'e/sub/', 'f/', 'g/', 'kept/'].map((name) => directory(name, mtime(1))),
    ...['gone', 'd/gone', 'd/stays', 'd/sub/1', 'e/1', 'e/sub/2', 'f/1', 'g/1', 'kept/1', 'again'].map((name) =>
      file(name, name),
    ),
  ],
  [
    file('.wh.gone'),
    file('d/.wh.gone'),
    file('d/.wh.nothing'),
    file('.wh.again'),
    file('again', 'of the same layer'),
    directory('e/', mtime(2)),
    file('e/.wh..wh..opq'),
    file('e/new', 'new'),
    file('.wh.f'),
    directory('g/', mtime(3)),
    file('g/first', 'before it'),
    file('g/.wh..wh..opq'),
  ],
  [directory('f/', mtime(4)), file('f/2', 'anew'), file('kept/.wh.1')],
]

const hardLinks = ({ file, directory, symlink, link }: Makers): readonly (readonly Buffer[])[] => {
  const a = { mode: 0o640, uid: 5, ...mtime(5) }
  return [
    [
      file('a', 'once', a),
      link('b', 'a', a),
      directory('d/', mtime(6)),
      link('d/c', './b', a),
      symlink('l', 'a', mtime(7)),
      link('l2', 'l', mtime(7)),
      file('x', 'x'),
      link('y', 'x'),
      file('p', 'p'),
      link('q', 'p'),
      file('told-otherwise', 'x', { mode: 0o600, uid: 7, ...mtime(8) }),
      link('tells-otherwise', 'told-otherwise'),
    ],
    [file('x', 'other'), file('.wh.p')],
  ]
}

const linksAcrossLayers = row.layers(
  [
    root,
    row.file('a', 'once', mtime(8)),
    row.symlink('l', 'a', mtime(7)),
    row.file('x', 'x', mtime(7)),
    row.hardLink('y', 'x', mtime(7)),
  ],
  [
    row.directory('d/'),
    row.hardLink('d/late', 'a', mtime(8)),
    row.hardLink('d/l', 'l', mtime(7)),
    row.file('x', 'other'),
    root,
  ],
  [row.hardLink('z', 'y', mtime(7)), row.hardLink('d/later', 'd/late', mtime(8)), root],
)

const kinds = ({ file, directory, symlink, fifo }: Makers): readonly (readonly Buffer[])[] => [
  [
    file('file-directory', '1'),
    directory('directory-file/'),
    file('directory-file/in', '1'),
    symlink('link-directory', 'file-directory'),
    directory('directory-link/'),
    file('directory-link/in', '1'),
    fifo('fifo-file'),
    file('file-fifo', '1'),
    file('file-link', '1'),
    symlink('link-file', 'file-directory'),
  ],
  [
    directory('file-directory/', mtime(9)),
    file('file-directory/in', '2'),
    file('directory-file', '2'),
    directory('link-directory/', mtime(9)),
    file('link-directory/in', '2'),
    symlink('directory-link', 'directory-file'),
    file('fifo-file', '2'),
    fifo('file-fifo', { mode: 0o620 }),
    symlink('file-link', '../../outside'),
    file('link-file', '2'),
  ],
  [
    file('file-directory', '3'),
    directory('directory-file/', mtime(10)),
    file('directory-file/back', '3'),
    symlink('link-directory', 'directory-file'),
    directory('directory-link/', mtime(10)),
    file('directory-link/back', '3'),
  ],
]

const metadata = ({ file, directory, symlink }: Makers): readonly (readonly Buffer[])[] => [
  [
    ...[0, 0o4755, 0o2755, 0o1777, 0o7777, 0o600].flatMap((mode) => [
      directory(`d${mode.toString(8)}/`, { mode, ...mtime(11) }),
      file(`d${mode.toString(8)}/f`, 'x', { mode, uid: 1000, gid: 1001, ...mtime(12) }),
    ]),
    file('large-owner', 'x', { uid: '7777776\0', gid: '7777775\0' }),
    row.withRecords(
      [
        ['uid', '3000000000'],
        ['gid', '3000000001'],
      ],
      symlink('link-owner', 'x', mtime(13)),
    ),
    file('type-bits', 'x', { mode: 0o100_751 }),
  ],
]

const times = ({ file, directory, symlink }: Makers): readonly (readonly Buffer[])[] => [
  [
    at('1234567890.123456789', directory('d/')),
    at('1234567890.000000001', file('d/one', 'x')),
    at('1234567890.999999999', file('d/last', 'x')),
    at('1234567890.5', symlink('d/link', 'one')),
    at('0', file('epoch', 'x')),
    at('-1.5', file('before', 'x')),
    at('4294967296.25', file('after-2106', 'x')),
    at('1234567890.123456789', directory('d/untouched/')),
    at('1234567891.123456789', file('d/untouched/in', 'x')),
  ],
  [at('1234567892.1', file('d/added', 'x')), file('d/untouched/.wh.in')],
]

const attributes: readonly (readonly Buffer[])[] = [
  [
    root,
    xattrs({ 'user.text': 'text', 'user.bytes': 'a\0\xff' }, row.file('user', 'x')),
    xattrs({ 'user.empty': '' }, row.file('empty', 'x')),
    xattrs({ 'user.text': 'text' }, row.directory('directory/', mtime(21))),
    xattrs({ 'security.capability': mayUseNet }, row.file('ping', 'x', { mode: 0o755, uid: 7 })),
    xattrs({ 'trusted.mine': '1' }, row.file('trusted', 'x')),
    xattrs({ 'trusted.mine': '1' }, row.symlink('link', 'x')),
    xattrs({ 'system.posix_acl_access': acl }, row.file('acl', 'x', { mode: 0o640 })),
    xattrs({ 'user.text': 'text' }, row.file('readonly', 'x', { mode: 0o444 })),
    xattrs({ 'user.text': 'below' }, row.file('replaced', 'x')),
  ],
  [root, row.file('replaced', 'above')],
]

const special = ({ file, fifo, device, link }: Makers): readonly (readonly Buffer[])[] => {
  const aFifo = { mode: 0o622, uid: 3, ...mtime(14) }
  const disk = { mode: 0o660, gid: 6, ...mtime(15) }
  return [
    [
      fifo('fifo', aFifo),
      link('fifo-too', 'fifo', aFifo),
      device('null', { mode: 0o666, ...mtime(16) }),
      device('disk', { type: '4', major: 8, minor: 1, ...disk }),
      link('disk-too', 'disk', disk),
      device('gone'),
      device('becomes-file'),
      file('becomes-device', 'x'),
    ],
    [file('.wh.gone'), file('becomes-file', 'x'), device('becomes-device', { major: 4, minor: 64 })],
  ]
}

const utf8 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1')
const odd = ['new\nline', 'tab\t', ' ', '-rf', '..x', '...', 'back\\slash', 'co:lon', 'Case', 'case', '*', 'con', "'"]

const names = ({ file, directory, symlink, link }: Makers): readonly (readonly Buffer[])[] => [
  [
    file('caf\xe9', 'not UTF-8'),
    directory('\xff\xfe/'),
    file('\xff\xfe/\x80', 'nor this'),
    symlink('to-bytes', 'caf\xe9'),
    link('\xc3', 'caf\xe9'),
    file(utf8('\u00e9'), 'composed'),
    file(utf8('e\u0301'), 'decomposed'),
    ...odd.map((name) => file(name, 'x')),
    file('./././dots', 'x'),
    row.longName(`names/${'n'.repeat(255)}`, file('short', 'x')),
    ...Array.from({ length: 60 }, (_, index) =>
      row.longName(`names/${'deep/'.repeat(index + 1)}`, directory('short/', mtime(17))),
    ),
    row.longName(`names/${'deep/'.repeat(60)}file`, file('short', 'x')),
    row.longLink('t'.repeat(1000), symlink('long-target', 'x')),
  ],
]

const topics = { whiteouts, 'hard-links': hardLinks, kinds, metadata, times, special, names }

/** All topics in one image, so that each program has to unpack no more than that. */
function difficult(): readonly Uint8Array[] {
  const all: Buffer[][] = [[root], [], []]
  for (const [topic, of] of Object.entries(topics)) {
    all[0]?.push(row.directory(`${topic}/`, mtime(18)))
    for (const [index, entries] of of(makersOf(topic)).entries()) all[index]?.push(...entries)
  }
  return row.layers(...all)
}

/** Images that programs come to different trees with, or could, by tag. */
export const images: Readonly<Record<string, readonly Uint8Array[]>> = {
  difficult: difficult(),
  'links-across-layers': linksAcrossLayers,
  attributes: row.layers(...attributes),
  'without-entries': row.layers(
    [row.file('a/b/c', 'x'), row.file('/absolute', 'x')],
    [row.file('a/d/e', 'x'), row.file('a/./f', 'x')],
  ),
  'through-links': row.layers(
    [
      root,
      row.directory('usr/'),
      row.directory('usr/lib/', mtime(19)),
      row.file('usr/lib/a', 'a'),
      row.symlink('lib', 'usr/lib'),
      row.symlink('out', '/outside'),
    ],
    [
      row.directory('lib/', mtime(20)),
      row.file('lib/b', 'b'),
      row.directory('out/', mtime(20)),
      row.file('out/x', 'x'),
    ],
  ),
}

/** Of GNU tar: sparse files in each of its formats, and some files of this machine. @param scratch an empty directory */
export function madeByTar(scratch: string): Readonly<Record<string, readonly Uint8Array[]>> {
  const sparse = (format: string, ...args: readonly string[]): Uint8Array => {
    const tree = join(scratch, format)
    mkdirSync(tree)
    for (const [name, [mebibytes, data]] of Object.entries(sparseFiles)) {
      writeSparse(join(tree, name), mebibytes, data)
      utimesSync(join(tree, name), 1e9, 1e9)
    }
    utimesSync(tree, 1e9, 1e9)
    return tar('--sparse', ...args, '-C', scratch, format)
  }
  return {
    sparse: [
      sparse('0.0', '--format=pax', '--sparse-version=0.0'),
      sparse('0.1', '--format=pax', '--sparse-version=0.1'),
      sparse('1.0', '--format=pax', '--sparse-version=1.0'),
    ],
    'sparse-gnu': [sparse('gnu', '--format=gnu')],
    machine: [tar('--format=pax', '--xattrs', '-C', '/', ...ofThisMachine)],
  }
}

const ofThisMachine = ['bin', 'etc/alternatives', 'etc/init.d', 'usr/share/zoneinfo']

/** Their length in MiB, with a few bytes more, and what stands where. */
const sparseFiles: Readonly<Record<string, readonly [number, readonly (readonly [at: number, text: string])[]]>> = {
  middle: [
    5,
    [
      [2, 'two'],
      [4, 'four'],
    ],
  ],
  begins: [3, [[0, 'at the beginning']]],
  ends: [3, [[3, 'the end']]],
  nothing: [5, []],
  many: [8, Array.from({ length: 30 }, (_, index) => [(index + 0.5) / 4, String(index)] as const)],
}

function writeSparse(path: string, mebibytes: number, data: readonly (readonly [at: number, text: string])[]): void {
  const mebibyte = 1024 * 1024
  const descriptor = openSync(path, 'w')
  for (const [place, text] of data) writeSync(descriptor, text, place * mebibyte)
  ftruncateSync(descriptor, mebibytes * mebibyte + 7)
  closeSync(descriptor)
}

function tar(...args: readonly string[]): Uint8Array {
  const { stdout, stderr, status } = spawnSync('tar', ['-c', '--numeric-owner', ...args], { maxBuffer: 2 ** 30 })
  if (status !== 0) throw new Error(`tar: ${stderr.toString()}`)
  return stdout
}
