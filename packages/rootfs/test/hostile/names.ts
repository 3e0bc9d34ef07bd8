import { directory, device, fifo, file, hardLink, layer, longName, row, symlink, type Row } from './row.ts'

/** All lead above the root, whatever they begin with. */
const above: readonly string[] = [
  '../x',
  '..',
  '/../x',
  '//../x',
  './../x',
  '././../x',
  'a/../../x',
  'a/..//../x',
  '/a/../../x',
  'a/b/../../../x',
  'root/../../root2/x',
  '../root/x',
  '../../../../../../../../../../etc/x',
  './/.././/x',
]

/** Files like others on Linux, though dangerous or something else elsewhere. */
const ordinary: readonly string[] = [
  '...',
  '..a',
  'a..',
  '.a',
  '. .',
  '.. ',
  ' ',
  ' x',
  'x ',
  'x.',
  '-rf',
  '~',
  '~root',
  '$HOME',
  '${x}',
  '`id`',
  '*',
  '?',
  '"',
  "'",
  ';reboot',
  '|x',
  '%2e%2e%2fx',
  '\\x',
  '..\\x',
  'a\\..\\..\\x',
  '\\\\?\\C:\\x',
  'C:x',
  'c:..x',
  'C:\\x',
  'x:stream',
  'File::Spec.3pm.gz',
  'NUL',
  'con.txt',
  'AUX',
  'a\nb',
  'a\rb',
  'a\tb',
  '\x01',
  '\x1b[2Jx',
  '\x7f',
  '\xff',
  '\xc3(',
  '\xe9t\xe9',
  '\xc3\xa9',
  'e\xcc\x81',
  '\xc0\xae\xc0\xae',
  '\xed\xa0\x80',
  '\xe2\x80\xaegnp.exe',
  '\xef\xbc\x8e\xef\xbc\x8e\xef\xbc\x8fx',
  '\xef\xbb\xbfx',
  '__proto__',
  'constructor',
  'toString',
]

/** Other ways to write one name. */
const spelled: readonly (readonly [name: string, path: string])[] = [
  ['/x', 'x'],
  ['//x', 'x'],
  ['////x', 'x'],
  ['./x', 'x'],
  ['.//x', 'x'],
  ['./././x', 'x'],
  ['/./x', 'x'],
  ['a/../x', 'x'],
  ['/a/../x', 'x'],
  ['x/../x', 'x'],
  ['a/b/../../x', 'x'],
  ['root/../root2', 'root2'],
]

const kinds = { file, directory, symlink, hardLink, fifo, device }
const make = (kind: keyof typeof kinds, name: string): Buffer =>
  kind === 'symlink' || kind === 'hardLink' ? kinds[kind](name, 'b') : kinds[kind](name)
const atRoot = ['.', './', '/', '/.', 'a/..', './/']

export const names: readonly Row[] = [
  ...above.flatMap((name) =>
    (Object.keys(kinds) as (keyof typeof kinds)[]).map((kind) =>
      row(`a ${kind} called ${name}`, layer(file('b'), make(kind, name)), 'name'),
    ),
  ),
  ...['../.wh.x', 'a/../../.wh.x', '../.wh..wh..opq', '/../.wh.x'].map((name) =>
    row(`a whiteout called ${name}`, layer(file(name)), 'name'),
  ),
  ...ordinary.map((name) => row(`a file called ${JSON.stringify(name)}`, layer(file(name, 'x')), [`f ${name} x`])),
  ...['\\', 'C:', '...', '\xff', '__proto__'].map((name) =>
    row(
      `a directory called ${JSON.stringify(name)} with a file in it`,
      layer(directory(`${name}/`), file(`${name}/in`, 'x')),
      [`d ${name}`, `f ${name}/in x`],
    ),
  ),
  ...spelled.map(([name, path]) => row(`a file called ${name}`, layer(file(name, 'x')), [`f ${path} x`])),
  ...spelled.map(([name, path]) =>
    row(`a file called ${path}, and then ${name}`, layer(file(path, 'first'), file(name, 'last')), [`f ${path} last`]),
  ),
  ...atRoot.map((name) => row(`a directory called ${name}`, layer(directory(name, { mode: 0o700 })), ['d . 0700'])),
  ...(['symlink', 'hardLink', 'fifo', 'device'] as const).flatMap((kind) =>
    ['.', './', '/', 'a/..'].map((name) =>
      row(`a ${kind} called ${name}`, layer(file('b'), make(kind, name)), 'entry'),
    ),
  ),
  row('a file called .', layer(file('.')), 'entry'),
  row('a file in a root that a lower layer made a link', [...layer(symlink('.', '/')), ...layer(file('x'))], 'entry'),

  row('names that differ in case', layer(file('xt_DSCP.h', '1'), file('xt_dscp.h', '2')), [
    'f xt_DSCP.h 1',
    'f xt_dscp.h 2',
  ]),
  row('a link, and a directory that differs in case', layer(symlink('FOO', '/'), file('foo/x', '1')), [
    'l FOO -> /',
    'd foo',
    'f foo/x 1',
  ]),
  row('a link, and a directory in the other normal form', layer(symlink('\xc3\xa9', '/'), file('e\xcc\x81/x', '1')), [
    'd e\xcc\x81',
    'f e\xcc\x81/x 1',
    'l \xc3\xa9 -> /',
  ]),
  row('a link called \xdf, and a directory called ss', layer(symlink('\xc3\x9f', '/'), file('ss/x', '1')), [
    'd ss',
    'f ss/x 1',
    'l \xc3\x9f -> /',
  ]),
  row('a link with a ligature in its name', layer(symlink('\xef\xac\x81', '/'), file('fi/x', '1')), [
    'd fi',
    'f fi/x 1',
    'l \xef\xac\x81 -> /',
  ]),
  row('names that differ in a backslash', layer(directory('d/'), symlink('d\\', '/'), file('d/x', '1')), [
    'd d',
    'f d/x 1',
    'l d\\ -> /',
  ]),

  row('a name as long as they may be', layer(longName('n'.repeat(255), file('n', 'x'))), [`f ${'n'.repeat(255)} x`]),
  row('a path longer than system calls take', layer(longName(`${'d'.repeat(200)}/`.repeat(20) + 'x', file('n', 'x'))), [
    ...Array.from(
      { length: 20 },
      (_, index) =>
        `d ${Array(index + 1)
          .fill('d'.repeat(200))
          .join('/')}`,
    ),
    `f ${`${'d'.repeat(200)}/`.repeat(20)}x x`,
  ]),
  row('a path of 64 KiB', layer(longName(`${'d'.repeat(200)}/`.repeat(320) + 'x', file('n'))), 'tar TOO_LARGE'),
  row('a path of more parts than there may be', layer(longName(`${'d/'.repeat(1030)}x`, file('n'))), 'tar TOO_LARGE'),
  row('a path of a thousand slashes', layer(longName(`a${'/'.repeat(1000)}x`, file('n', 'x'))), ['d a', 'f a/x x']),
]
