import { directory, fifo, file, hardLink, layer, layers, longLink, row, symlink, type Row } from './row.ts'

/** In one layer, and with the last entry in a second one. */
const eitherWay = (what: string, entries: readonly Buffer[], outcome: Row['outcome']): readonly Row[] => [
  row(what, layer(...entries), outcome),
  row(`${what}, from a lower layer`, layers(entries.slice(0, -1), entries.slice(-1)), outcome),
]

/** What is written below a link: refused in one layer; a link of a lower layer makes room for a directory. */
const below = (what: string, entries: readonly Buffer[], lower: readonly string[]): readonly Row[] => [
  row(what, layer(...entries), 'entry'),
  row(`${what}, of a lower layer`, layers(entries.slice(0, -1), entries.slice(-1)), lower),
]

/** Links, and what is written through them. `outside`: a directory beside the root that must not change, absolute. */
export const links = (outside: string): readonly Row[] => {
  const up = '../'.repeat(30)
  return [
    ...below(
      'a file below a link to a directory outside',
      [symlink('d', outside), file('d/canary', 'evil')],
      ['d d', 'f d/canary evil'],
    ),
    ...below(
      'a directory that becomes a link, and a file below it',
      [directory('d/'), symlink('d', outside), file('d/canary', 'evil')],
      ['d d', 'f d/canary evil'],
    ),
    ...[
      '..',
      up,
      `${up}${outside.slice(1)}`,
      '../root-evil',
      '/',
      '.',
      'd',
      'd/x',
      './d',
      'none',
      '../../canary',
    ].flatMap((target) =>
      below(`a file below a link to ${target}`, [symlink('d', target), file('d/x', 'evil')], ['d d', 'f d/x evil']),
    ),
    ...below(
      'a file below a link to a link outside',
      [symlink('a', 'b'), symlink('b', outside), file('a/x', 'evil')],
      ['d a', 'f a/x evil', `l b -> ${outside}`],
    ),
    ...below(
      'a file below links that lead up step by step',
      [
        directory('a/'),
        directory('a/b/'),
        directory('a/b/c/'),
        symlink('a/b/c/up', '../..'),
        symlink('a/b/escape', 'c/up/../..'),
        file('a/b/escape/x', 'evil'),
      ],
      ['d a', 'd a/b', 'd a/b/c', 'l a/b/c/up -> ../..', 'd a/b/escape', 'f a/b/escape/x evil'],
    ),
    ...below(
      'a file below a link to a directory inside',
      [directory('b/'), file('b/y', '1'), symlink('a', 'b'), file('a/x', '1')],
      ['d a', 'f a/x 1', 'd b', 'f b/y 1'],
    ),
    ...below(
      'a directory below a link to a directory inside',
      [directory('b/'), symlink('a', '/b'), directory('a/x/', { mode: 0o700 })],
      ['d a', 'd a/x 0700', 'd b'],
    ),
    ...below('a link below a link', [symlink('a', '/'), symlink('a/b', '/')], ['d a', 'l a/b -> /']),
    ...below('a fifo below a link', [symlink('a', '/'), fifo('a/b')], ['d a', 'p a/b']),
    ...below(
      'a hard link below a link',
      [file('f', '1'), symlink('a', '/'), hardLink('a/b', 'f')],
      ['d a', 'f a/b 1', 'h f = a/b'],
    ),
    ...below(
      'a file below links that lead to each other',
      [symlink('a', 'b'), symlink('b', 'a'), file('a/x', '1')],
      ['d a', 'f a/x 1', 'l b -> a'],
    ),
    ...below(
      'a file far below a link',
      [symlink('a', outside), file('a/b/c/d', '1')],
      ['d a', 'd a/b', 'd a/b/c', 'f a/b/c/d 1'],
    ),
    ...below(
      'a file below as many links as there are',
      [
        ...Array.from({ length: 60 }, (_, index) => symlink(`l${index + 10}`, `l${index + 11}/l${index + 11}`)),
        file('l10/x', '1'),
      ],
      [
        'd l10',
        'f l10/x 1',
        ...Array.from({ length: 59 }, (_, index) => `l l${index + 11} -> l${index + 12}/l${index + 12}`),
      ],
    ),

    // What an entry says of a link's name is said of the link, or of what takes its place: never of its target.
    ...eitherWay(
      'a directory in the place of a link outside',
      [symlink('d', outside), directory('d/', { mode: 0o777, uid: 1 })],
      ['d d 0777 1:0'],
    ),
    ...eitherWay(
      'a file in the place of a link to a file outside',
      [symlink('f', `${outside}/canary`), file('f', 'mine')],
      ['f f mine'],
    ),
    ...eitherWay('a fifo in the place of a link outside', [symlink('f', `${outside}/canary`), fifo('f')], ['p f']),
    ...eitherWay('a link in the place of a link outside', [symlink('f', outside), symlink('f', 'b')], ['l f -> b']),
    ...eitherWay(
      'a hard link in the place of a link outside',
      [file('b', '1'), symlink('f', `${outside}/canary`), hardLink('f', 'b')],
      ['f b 1', 'h f = b'],
    ),
    ...eitherWay(
      'a link with an owner, a mode and a time',
      [file('b', '1'), symlink('f', `${outside}/canary`, { mode: 0, uid: 7, gid: 8, mtime: 77 })],
      ['f b 1', `l f -> ${outside}/canary 7:8`],
    ),

    // Hard links.
    ...eitherWay('a hard link to a file', [file('a', '1'), hardLink('b', 'a')], ['f a 1', 'h b = a']),
    ...eitherWay('a hard link to a file, absolute', [file('a', '1'), hardLink('b', '/a')], ['f a 1', 'h b = a']),
    ...eitherWay('a hard link to a file, from here', [file('a', '1'), hardLink('b', './a')], ['f a 1', 'h b = a']),
    ...eitherWay(
      'a hard link to a path that is written with ..',
      [file('a', '1'), hardLink('b', 'x/../a')],
      ['f a 1', 'h b = a'],
    ),
    ...['../canary', '../../canary', '/../canary', 'a/../../canary', '..', `${up}etc/passwd`, './../canary'].flatMap(
      (target) => eitherWay(`a hard link to ${target}`, [file('a', '1'), hardLink('b', target)], 'name'),
    ),
    ...[
      '/etc/passwd',
      `${outside}/canary`,
      'etc/passwd',
      'missing',
      'a/missing',
      'd/missing',
      'd',
      'd/',
      '.',
      '/',
      'b',
    ].flatMap((target) =>
      eitherWay(`a hard link to ${target}`, [file('a', '1'), directory('d/'), hardLink('b', target)], 'link'),
    ),
    ...eitherWay('a hard link to itself', [file('a', '1'), hardLink('a', 'a')], ['f a 1']),
    ...eitherWay('a directory that is a hard link to itself', [directory('d/'), hardLink('d', 'd')], 'link'),
    ...eitherWay('a hard link before its target', [directory('d/'), hardLink('b', 'a'), file('a')], 'link'),
    ...eitherWay(
      'a hard link through a link inside',
      [directory('d/'), file('d/a', '1'), symlink('l', 'd'), hardLink('b', 'l/a')],
      'link',
    ),
    ...eitherWay('a hard link through a link outside', [symlink('l', outside), hardLink('b', 'l/canary')], 'link'),
    ...eitherWay('a hard link through a link that leads up', [symlink('l', up), hardLink('b', 'l/canary')], 'link'),
    ...eitherWay('a hard link to a link', [symlink('l', 'x'), hardLink('b', 'l')], ['l b -> x', 'h l = b']),
    ...eitherWay(
      'a hard link to a link outside',
      [symlink('l', `${outside}/canary`), hardLink('b', 'l')],
      [`l b -> ${outside}/canary`, 'h l = b'],
    ),
    ...eitherWay(
      'a file in the place of a hard link to a link outside',
      [symlink('l', `${outside}/canary`), hardLink('b', 'l'), file('b', 'mine')],
      ['f b mine', `l l -> ${outside}/canary`],
    ),
    ...below(
      'a file below a hard link to a link outside',
      [symlink('l', outside), hardLink('b', 'l'), file('b/x', '1')],
      ['d b', 'f b/x 1', `l l -> ${outside}`],
    ),
    ...eitherWay('a hard link to a fifo', [fifo('a'), hardLink('b', 'a')], ['p a', 'h b = a']),
    ...eitherWay(
      'a file in the place of one of two names',
      [file('a', '1'), hardLink('b', 'a'), file('a', '2')],
      ['f a 2', 'f b 1'],
    ),
    ...eitherWay(
      'a hard link to a file that another took the place of',
      [file('a', '1'), hardLink('b', 'a'), file('a', '2'), hardLink('c', 'a')],
      ['f a 2', 'f b 1', 'h c = a'],
    ),
    ...eitherWay(
      'a hard link over its own other name',
      [file('a', '1'), hardLink('b', 'a'), hardLink('b', 'a')],
      ['f a 1', 'h b = a'],
    ),
    ...eitherWay(
      'a hard link over the directory of its target',
      [directory('d/'), file('d/a', '1'), hardLink('d', 'd/a')],
      'link',
    ),
    ...eitherWay(
      'a hard link that says another mode',
      [file('a', '1', { mode: 0o600 }), hardLink('b', 'a', { mode: 0o4777, uid: 5 })],
      ['f a 0600 1', 'h b = a'],
    ),
    row(
      'a hard link to a target longer than paths are',
      layer(file('a'), longLink('x'.repeat(5000), hardLink('b', 'x'))),
      'tar TOO_LARGE',
    ),
    row(
      'a link to a target longer than paths are',
      layer(longLink('x'.repeat(5000), symlink('b', 'x'))),
      'tar TOO_LARGE',
    ),
    row('a link to a target as long as they may be', layer(longLink('x'.repeat(4095), symlink('b', 'x'))), [
      `l b -> ${'x'.repeat(4095)}`,
    ]),
    row(
      'a thousand names of one file',
      layer(file('a', '1'), ...Array.from({ length: 1000 }, (_, index) => hardLink(`b${index}`, 'a'))),
      ['f a 1', ...Array.from({ length: 1000 }, (_, index) => `h b${index} = a`)],
    ),
  ]
}
