import { device, directory, fifo, file, hardLink, layer, layers, longName, row, symlink, type Row } from './row.ts'

const below: readonly Buffer[] = [
  directory('d/'),
  file('d/a', '1'),
  directory('d/e/'),
  file('d/e/b', '2'),
  symlink('l', 'd'),
  file('f', '3'),
  hardLink('g', 'f'),
]
const all = ['d d', 'f d/a 1', 'd d/e', 'f d/e/b 2', 'f f 3', 'h g = f', 'l l -> d']
const without = (...gone: readonly string[]): readonly string[] =>
  all.filter((line) => !gone.some((path) => line.split(' ')[1] === path || line.split(' ')[1]?.startsWith(`${path}/`)))
const over = (what: string, entries: readonly Buffer[], outcome: Row['outcome']): Row =>
  row(what, layers(below, entries), outcome)

export const whiteouts = (outside: string): readonly Row[] => [
  ...['.wh.', '.wh..', '.wh...', 'd/.wh.', 'd/.wh..', 'd/.wh...', '/.wh..', './.wh...'].map((name) =>
    over(`a whiteout called ${name}`, [file(name)], 'whiteout'),
  ),
  ...['.wh.a/x', '.wh.../x', '.wh./x', 'd/.wh.e/x', '.wh.d/e/x'].map((name) =>
    over(`a file below a whiteout, ${name}`, [file(name)], 'name'),
  ),
  ...['.wh', '.WH.d', 'x.wh.d', '.wh_d', '.w.d'].map((name) =>
    over(`a file called ${name}`, [file(name)], [`f ${name} `, ...all]),
  ),

  over('a whiteout of a file', [file('.wh.f')], ['d d', 'f d/a 1', 'd d/e', 'f d/e/b 2', 'f g 3', 'l l -> d']),
  over('a whiteout of a directory and all in it', [file('.wh.d')], without('d')),
  over('a whiteout of a link, and not of its target', [file('.wh.l')], without('l')),
  over('a whiteout in a directory', [file('d/e/.wh.b')], without('d/e/b')),
  over('a whiteout that is absolute', [file('/d/.wh.a')], without('d/a')),
  over('a whiteout from here', [file('./d/.wh.a')], without('d/a')),
  over('a whiteout of what is not there', [file('.wh.nothing'), file('none/.wh.nothing'), file('d/.wh.nothing')], all),
  over('a whiteout below a file', [file('f/.wh.x')], all),
  over('a whiteout through a link inside', [file('l/.wh.a')], all),
  over('two whiteouts of one file', [file('d/.wh.a'), file('d/.wh.a')], without('d/a')),
  row('a whiteout through a link outside', layers([symlink('o', outside)], [file('o/.wh.canary')]), [
    `l o -> ${outside}`,
  ]),
  row('a whiteout through a link that leads up', layers([symlink('o', '../..')], [file('o/.wh.canary')]), [
    'l o -> ../..',
  ]),
  row('a whiteout of a link outside', layers([symlink('o', outside)], [file('.wh.o')]), []),
  row('an opaque directory that is a link outside', layers([symlink('o', outside)], [file('o/.wh..wh..opq')]), [
    `l o -> ${outside}`,
  ]),
  row(
    'a whiteout and a link outside in one layer',
    layers([directory('o/'), file('o/canary')], [symlink('o', outside), file('o/.wh.canary')]),
    [`l o -> ${outside}`],
  ),
  row('a whiteout in the lowest layer', layer(file('.wh.a'), file('b', '1'), file('.wh..wh..opq')), ['f b 1']),

  over(
    'a whiteout of a file of its own layer, behind it',
    [file('d/n', '9'), file('d/.wh.n')],
    [...without('d/e'), 'd d/e', 'f d/e/b 2', 'f d/n 9'],
  ),
  over(
    'a whiteout of a file of its own layer, before it',
    [file('d/.wh.n'), file('d/n', '9')],
    [...without('d/e'), 'd d/e', 'f d/e/b 2', 'f d/n 9'],
  ),
  over(
    'a whiteout of a file that its layer replaces, behind it',
    [file('f', '9'), file('.wh.f')],
    ['d d', 'f d/a 1', 'd d/e', 'f d/e/b 2', 'f f 9', 'f g 3', 'l l -> d'],
  ),
  over(
    'a whiteout of a file that its layer replaces, before it',
    [file('.wh.f'), file('f', '9')],
    ['d d', 'f d/a 1', 'd d/e', 'f d/e/b 2', 'f f 9', 'f g 3', 'l l -> d'],
  ),
  over(
    'a whiteout of a directory that its layer has again, before it',
    [file('.wh.d'), directory('d/', { mode: 0o700 }), file('d/n', '9')],
    ['d d 0700', 'f d/n 9', ...without('d')],
  ),
  over(
    'a whiteout of a directory that its layer has again, behind it',
    [directory('d/', { mode: 0o700 }), file('d/n', '9'), file('.wh.d')],
    ['d d 0700', 'f d/n 9', ...without('d')],
  ),
  row(
    'a whiteout of a directory that its layer has something in',
    layers([directory('d/', { mode: 0o700 }), file('d/a', '1')], [file('d/n', '9'), file('.wh.d')]),
    ['d d', 'f d/n 9'],
  ),
  row(
    'an opaque mark over a directory that its layer has something in',
    layers(
      [directory('d/', { mode: 0o700 }), directory('d/e/', { mode: 0o700 })],
      [file('d/e/n', '9'), file('d/.wh..wh..opq')],
    ),
    ['d d 0700', 'd d/e', 'f d/e/n 9'],
  ),
  over(
    'a whiteout of a file, and a directory in its place',
    [file('.wh.f'), directory('f/'), file('f/n', '9')],
    ['d d', 'f d/a 1', 'd d/e', 'f d/e/b 2', 'd f', 'f f/n 9', 'f g 3', 'l l -> d'],
  ),
  over(
    "a whiteout of a hard link's target in one layer with it",
    [file('.wh.f'), hardLink('h', 'g')],
    ['d d', 'f d/a 1', 'd d/e', 'f d/e/b 2', 'f g 3', 'h h = g', 'l l -> d'],
  ),
  over('a hard link to what a whiteout took away', [file('.wh.f'), hardLink('h', 'f')], 'link'),
  over('a hard link to what an opaque directory hides', [file('d/.wh..wh..opq'), hardLink('h', 'd/a')], 'link'),
  over('a hard link to a whiteout', [file('.wh.f'), hardLink('h', '.wh.f')], 'link'),

  over('an opaque directory', [directory('d/'), file('d/.wh..wh..opq')], [...without('d'), 'd d']),
  over(
    'an opaque directory before its own files',
    [file('d/.wh..wh..opq'), file('d/n', '9')],
    [...without('d'), 'd d', 'f d/n 9'],
  ),
  over(
    'an opaque directory behind its own files',
    [file('d/n', '9'), file('d/.wh..wh..opq')],
    [...without('d'), 'd d', 'f d/n 9'],
  ),
  over(
    'an opaque directory with a file of a lower name',
    [file('d/e/n', '9'), file('d/.wh..wh..opq')],
    [...without('d'), 'd d', 'd d/e', 'f d/e/n 9'],
  ),
  over('an opaque root', [file('.wh..wh..opq'), file('n', '9')], ['f n 9']),
  over('an opaque root, absolute', [file('n', '9'), file('/.wh..wh..opq')], ['f n 9']),
  over('an opaque directory that is not there', [file('none/.wh..wh..opq')], all),
  over('an opaque file', [file('f/.wh..wh..opq')], all),
  over('an opaque link inside', [file('l/.wh..wh..opq')], all),
  over(
    'two opaque marks',
    [file('d/.wh..wh..opq'), file('d/n', '9'), file('d/.wh..wh..opq')],
    [...without('d'), 'd d', 'f d/n 9'],
  ),
  over('an opaque directory and a whiteout of it', [file('d/.wh..wh..opq'), file('.wh.d')], without('d')),

  ...(
    [
      ['a directory', directory('d/.wh.a/')],
      ['a link', symlink('d/.wh.a', outside)],
      ['a hard link', hardLink('d/.wh.a', 'f')],
      ['a hard link to nothing', hardLink('d/.wh.a', 'nothing')],
      ['a fifo', fifo('d/.wh.a')],
      ['a device', device('d/.wh.a')],
      ['not empty', file('d/.wh.a', 'content')],
      ['set-user-ID', file('d/.wh.a', '', { mode: 0o4755 })],
    ] as const
  ).map(([what, entry]) => over(`a whiteout that is ${what}`, [entry], without('d/a'))),
  ...(
    [
      ['a directory', directory('d/.wh..wh..opq/')],
      ['a link', symlink('d/.wh..wh..opq', outside)],
      ['not empty', file('d/.wh..wh..opq', 'content')],
    ] as const
  ).map(([what, entry]) => over(`an opaque mark that is ${what}`, [entry], [...without('d'), 'd d'])),

  ...['.wh..wh.aufs', '.wh..wh.orph/', '.wh..wh.plnk/', 'd/.wh..wh.x', '.wh..wh.'].map((name) =>
    over(`what AUFS kept for itself, ${name}`, [name.endsWith('/') ? directory(name) : file(name, 'x')], all),
  ),
  over('a file in a directory of AUFS', [directory('.wh..wh.plnk/'), file('.wh..wh.plnk/88.7', 'x')], all),
  over('an opaque mark in a directory of AUFS', [file('.wh..wh.plnk/.wh..wh..opq')], all),
  over(
    'a file that AUFS kept in its directory of links',
    [
      directory('.wh..wh.plnk/'),
      file('.wh..wh.plnk/88.7', 'x', { mode: 0o600 }),
      hardLink('m', '.wh..wh.plnk/88.7'),
      hardLink('n', '.wh..wh.plnk/88.7'),
    ],
    [...all, 'f m 0600 x', 'h n = m'],
  ),
  row(
    'a whiteout as long as names may be',
    layers([longName('n'.repeat(251), file('n'))], [longName(`.wh.${'n'.repeat(251)}`, file('n'))]),
    [],
  ),
  row(
    'a whiteout of a name as long as they may be',
    layers([longName('n'.repeat(255), file('n'))], [longName(`.wh.${'n'.repeat(255)}`, file('n'))]),
    [],
  ),
  row('a whiteout of a name that is no text', layers([file('n\xff', 'x'), file('n\xfe', 'y')], [file('.wh.n\xff')]), [
    'f n\xfe y',
  ]),
]
