import { directory, fifo, file, hardLink, layer, layers, longLink, row, symlink, type Row } from './row.ts'

/** All that a path goes through, as directories. */
const way = (path: string): readonly string[] => {
  const parts = path.split('/').filter((part) => part !== '')
  return parts.map((_, index) => `d ${parts.slice(0, index + 1).join('/')}`)
}

/** In one layer, and with the last entry in a second one. */
const eitherWay = (what: string, entries: readonly Buffer[], outcome: Row['outcome']): readonly Row[] => [
  row(what, layer(...entries), outcome),
  row(`${what}, from a lower layer`, layers(entries.slice(0, -1), entries.slice(-1)), outcome),
]

/** Links, and what is written through them. `outside`: a directory beside the root that must not change, absolute. */
export const links = (outside: string): readonly Row[] => {
  const inside = way(outside)
  const up = '../'.repeat(30)
  return [
    ...eitherWay(
      'a file below a link to a directory outside',
      [symlink('d', outside), file('d/canary', 'evil')],
      [`l d -> ${outside}`, ...inside, `f ${outside.slice(1)}/canary evil`],
    ),
    ...eitherWay(
      'a directory that becomes a link, and a file below it',
      [directory('d/'), symlink('d', outside), file('d/canary', 'evil')],
      [`l d -> ${outside}`, ...inside, `f ${outside.slice(1)}/canary evil`],
    ),
    ...eitherWay(
      'a file below a link that leads up',
      [symlink('d', '..'), file('d/canary', 'evil')],
      ['l d -> ..', 'f canary evil'],
    ),
    ...eitherWay(
      'a file below a link that leads far up',
      [symlink('d', up), file('d/canary', 'evil')],
      [`l d -> ${up}`, 'f canary evil'],
    ),
    ...eitherWay(
      'a file below a link that leads up, and down outside',
      [symlink('d', `${up}${outside.slice(1)}`), file('d/canary', 'evil')],
      [`l d -> ${up}${outside.slice(1)}`, ...inside, `f ${outside.slice(1)}/canary evil`],
    ),
    ...eitherWay(
      'a file below a link to a sibling with the same beginning',
      [symlink('d', '../root-evil'), file('d/x', 'evil')],
      ['l d -> ../root-evil', 'd root-evil', 'f root-evil/x evil'],
    ),
    ...eitherWay(
      'a file below a link to a link outside',
      [symlink('a', 'b'), symlink('b', outside), file('a/x', 'evil')],
      ['l a -> b', `l b -> ${outside}`, ...inside, `f ${outside.slice(1)}/x evil`],
    ),
    ...eitherWay(
      'a file below links that lead up step by step',
      [
        directory('a/'),
        directory('a/b/'),
        directory('a/b/c/'),
        symlink('a/b/c/up', '../..'),
        symlink('a/b/escape', 'c/up/../..'),
        file('a/b/escape/x', 'evil'),
      ],
      ['d a', 'd a/b', 'd a/b/c', 'l a/b/c/up -> ../..', 'l a/b/escape -> c/up/../..', 'f x evil'],
    ),
    ...eitherWay('a file below a link to the root', [symlink('d', '/'), file('d/x', '1')], ['l d -> /', 'f x 1']),
    ...eitherWay('a file below a link to here', [symlink('d', '.'), file('d/x', '1')], ['l d -> .', 'f x 1']),
    ...eitherWay(
      'a file below a link to a directory inside',
      [directory('b/'), symlink('a', 'b'), file('a/x', '1')],
      ['l a -> b', 'd b', 'f b/x 1'],
    ),
    ...eitherWay(
      'a directory below a link to a directory inside',
      [directory('b/'), symlink('a', '/b'), directory('a/x/', { mode: 0o700 })],
      ['l a -> /b', 'd b', 'd b/x 0700'],
    ),
    ...eitherWay(
      'a file below a link to nothing',
      [symlink('a', 'b/c'), file('a/x', '1')],
      ['l a -> b/c', 'd b', 'd b/c', 'f b/c/x 1'],
    ),
    ...eitherWay('a file below a link to a file', [file('b', '1'), symlink('a', 'b'), file('a/x', '2')], 'entry'),
    ...eitherWay('a file below a link to a fifo', [fifo('b'), symlink('a', 'b'), file('a/x', '2')], 'entry'),
    ...eitherWay('a file below a link to itself', [symlink('a', 'a'), file('a/x')], 'loop'),
    ...eitherWay('a file below links to each other', [symlink('a', 'b'), symlink('b', 'a'), file('a/x')], 'loop'),
    ...eitherWay('a file below a link that leads into itself', [symlink('a', 'a/b'), file('a/x')], 'loop'),
    ...eitherWay(
      'a file below as many links as Linux follows',
      [
        ...Array.from({ length: 40 }, (_, index) => symlink(`l${index}`, `l${index + 1}`)),
        directory('l40/'),
        file('l0/x', '1'),
      ],
      [...Array.from({ length: 40 }, (_, index) => `l l${index} -> l${index + 1}`), 'd l40', 'f l40/x 1'],
    ),
    ...eitherWay(
      'a file below more links than Linux follows',
      [
        ...Array.from({ length: 41 }, (_, index) => symlink(`l${index}`, `l${index + 1}`)),
        directory('l41/'),
        file('l0/x', '1'),
      ],
      'loop',
    ),
    ...eitherWay(
      'links that double each other',
      [
        ...Array.from({ length: 30 }, (_, index) => symlink(`l${index}`, `l${index + 1}/l${index + 1}`)),
        symlink('l30', '.'),
        file('l0/x'),
      ],
      'loop',
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
    ...eitherWay('a hard link before its target', [directory('d/'), hardLink('b', 'a'), file('a')], 'link'),
    ...eitherWay(
      'a hard link through a link inside',
      [directory('d/'), file('d/a', '1'), symlink('l', 'd'), hardLink('b', 'l/a')],
      ['f b 1', 'd d', 'h d/a = b', 'l l -> d'],
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
    ...eitherWay(
      'a file below a hard link to a link outside',
      [symlink('l', outside), hardLink('b', 'l'), file('b/x', '1')],
      [`l b -> ${outside}`, ...inside, `f ${outside.slice(1)}/x 1`, 'h l = b'],
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
