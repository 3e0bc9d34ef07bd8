import { device, directory, fifo, file, hardLink, layer, layers, row, symlink, withRecords, type Row } from './row.ts'

interface Kind {
  readonly what: string
  readonly entries: readonly Buffer[]
  /** What `x` is then; beside it is the file `t`. */
  readonly lines: readonly string[]
}

const kinds: readonly Kind[] = [
  { what: 'a file', entries: [file('x', 'f', { mode: 0o640 })], lines: ['f x 0640 f'] },
  { what: 'an empty directory', entries: [directory('x/', { mode: 0o711 })], lines: ['d x 0711'] },
  { what: 'a link', entries: [symlink('x', 't')], lines: ['l x -> t'] },
  { what: 'a hard link', entries: [hardLink('x', 't')], lines: ['h x = t'] },
  { what: 'a fifo', entries: [fifo('x')], lines: ['p x'] },
  { what: 'a device', entries: [device('x')], lines: ['c x 1,3'] },
]
const full: Kind = {
  what: 'a directory with files',
  entries: [directory('x/'), file('x/y', 'y'), directory('x/z/'), file('x/z/w', 'w')],
  lines: ['d x', 'f x/y y', 'd x/z', 'f x/z/w w'],
}
const target = file('t', 't')

/** What becomes of `first` when `second` comes; only a directory leaves what a directory has in it. */
const after = (first: Kind, second: Kind): readonly string[] => {
  const firstIsFull = first === full && second.what === 'an empty directory'
  return ['f t t', ...(firstIsFull ? ['d x 0711', ...full.lines.slice(1)] : second.lines)]
}

const replaced = [...kinds, full].flatMap((first) =>
  [...kinds, full].flatMap((second) => [
    row(
      `${first.what}, and ${second.what} in its place`,
      layer(target, ...first.entries, ...second.entries),
      after(first, second),
    ),
    row(
      `${first.what}, and in the next layer ${second.what} in its place`,
      layers([target, ...first.entries], second.entries),
      after(first, second),
    ),
  ]),
)

const back = kinds
  .filter(({ lines }) => lines[0]?.startsWith('d') !== true)
  .map(({ what, entries }) =>
    row(
      `a directory with files, ${what} in its place, and back`,
      layers([target, ...full.entries], entries, [directory('x/'), file('x/new', 'n')]),
      ['f t t', 'd x', 'f x/new n'],
    ),
  )

const underFile = (['file', 'directory', 'symlink', 'fifo'] as const).flatMap((kind) => {
  const make = {
    file: () => file('x/y', 'c'),
    directory: () => directory('x/y/'),
    symlink: () => symlink('x/y', 't'),
    fifo: () => fifo('x/y'),
  }
  const lines = { file: 'f x/y c', directory: 'd x/y', symlink: 'l x/y -> t', fifo: 'p x/y' }
  return [
    row(`a ${kind} below a file`, layer(file('x'), make[kind]()), 'entry'),
    row(`a ${kind} below a file of a lower layer`, layers([file('x')], [make[kind]()]), ['d x', lines[kind]]),
    row(`a ${kind} below a device`, layer(device('x'), make[kind]()), 'entry'),
  ]
})

const modes: readonly (readonly [mode: number, line: string])[] = [
  [0, '0000 '],
  [0o7777, '7777 '],
  [0o4755, '4755 '],
  [0o2755, '2755 '],
  [0o1777, '1777 '],
  [0o100644, ''],
  [0o177777, '7777 '],
  [0o7777777, '7777 '],
  [0o120777, '0777 '],
]

const base256 = (...bytes: readonly number[]): Buffer =>
  Buffer.from([0x80, ...Array<number>(7 - bytes.length).fill(0), ...bytes])
const owners: readonly (readonly [what: string, id: string | Buffer, read: number | 'owner' | 'tar CORRUPT'])[] = [
  ['1000', '0001750\0', 1000],
  ['2097151', '7777777\0', 2097151],
  ['2^31', base256(0x80, 0, 0, 0), 2 ** 31],
  ['2^32 - 2', base256(0xff, 0xff, 0xff, 0xfe), 2 ** 32 - 2],
  ['2^32 - 1, which is nobody', base256(0xff, 0xff, 0xff, 0xff), 'owner'],
  ['2^32', base256(1, 0, 0, 0, 0), 'tar CORRUPT'],
  ['-1', Buffer.alloc(8, 0xff), 'tar CORRUPT'],
  ['"nobody"', 'nobody\0\0', 'tar CORRUPT'],
]

export const kindsAndMetadata: readonly Row[] = [
  ...replaced,
  ...back,
  ...underFile,
  ...modes.flatMap(([mode, shown]) => [
    row(`a file of mode ${mode.toString(8)}`, layer(file('x', 'c', { mode })), [`f x ${shown}c`]),
    row(`a directory of mode ${mode.toString(8)}`, layer(directory('x/', { mode }), file('x/y', 'c')), [
      `d x${shown === '' ? ' 0644' : ` ${shown.trim()}`}`,
      'f x/y c',
    ]),
  ]),
  ...owners.flatMap(([what, id, read]) => [
    row(
      `a file of user ${what}`,
      layer(file('x', 'c', { uid: id })),
      typeof read === 'string' ? read : [`f x ${read}:0 c`],
    ),
    row(
      `a link of group ${what}`,
      layer(symlink('x', 'y', { gid: id })),
      typeof read === 'string' ? read : [`l x -> y 0:${read}`],
    ),
  ]),
  row('a file whose user and group are names', layer(file('x', 'c', { user: 'nobody', group: '../../x' })), ['f x c']),
  row('a user that a record says', layer(withRecords([['uid', '4294967295']], file('x', 'c'))), 'owner'),
  row('a negative user that a record says', layer(withRecords([['uid', '-1']], file('x', 'c'))), 'tar CORRUPT'),

  row('a device of large numbers', layer(device('x', { major: 0o7777777, minor: 0o7777777 })), ['c x 2097151,2097151']),
  row('a device of a number beyond all', layer(device('x', { minor: base256(1, 0, 0, 0, 0) })), 'tar CORRUPT'),
  row('a device with set-user-ID', layer(device('x', { mode: 0o4666 })), ['c x 4666 1,3']),
  row('a block device', layer(device('x', { type: '4', major: 8, minor: 0 })), ['b x 8,0']),
  row('a device below a link', layers([symlink('dev', '/dev')], [device('dev/x')]), ['d dev', 'c dev/x 1,3']),
  row('a device that becomes a file', layers([device('x')], [file('x', 'c')]), ['f x c']),
  row('a device that a whiteout takes away', layers([device('x')], [file('.wh.x')]), []),
  row(
    'the whiteout of overlayfs, which layers do not have',
    layers([file('x', 'c')], [device('x', { major: 0, minor: 0 })]),
    ['c x 0,0'],
  ),
  row('a fifo that becomes a directory', layers([fifo('x')], [directory('x/'), file('x/y', 'c')]), ['d x', 'f x/y c']),
  row('a socket', layer(file('x', 'c', { type: 's' })), 'tar UNSUPPORTED'),
]
