import { directory, file, hardLink, layer, layers, longName, row, type Row } from './row.ts'

const files = (count: number, prefix = ''): readonly Buffer[] =>
  Array.from({ length: count }, (_, index) => file(`${prefix}f${index}`))
const deep = (depth: number): string => `${'d/'.repeat(depth)}x`

/** What an image may cost. */
export const quotas: readonly Row[] = [
  row('as many entries as there may be', layer(file('a', '1'), file('b', '2')), ['f a 1', 'f b 2'], { maxEntries: 2 }),
  row('more entries than there may be', layer(...files(3)), 'limit', { maxEntries: 2 }),
  row('more entries than there may be, in several layers', layers(files(2), files(1)), 'limit', { maxEntries: 2 }),
  row('more whiteouts than entries there may be', layer(file('.wh.a'), file('.wh.b'), file('.wh.c')), 'limit', {
    maxEntries: 2,
  }),
  row('more files than there may be', layer(...files(4)), 'limit', { maxInodes: 3 }),
  row('directories that no entry is there for, more than there may be', layer(file('a/b/c/d')), 'limit', {
    maxInodes: 3,
  }),
  row(
    'a file again and again, and not more than there may be',
    layer(...Array.from({ length: 10 }, () => file('a', '1'))),
    ['f a 1'],
    { maxInodes: 2 },
  ),
  row(
    'more names of one file than files there may be',
    layer(file('a'), ...Array.from({ length: 5 }, (_, index) => hardLink(`b${index}`, 'a'))),
    'limit',
    { maxInodes: 3 },
  ),
  row('more bytes than there may be', layer(file('a', 'x'.repeat(1000))), 'limit', { maxBytes: 999 }),
  row(
    'more bytes than there may be, in several files',
    layer(file('a', 'x'.repeat(600)), file('b', 'x'.repeat(600))),
    'limit',
    { maxBytes: 1000 },
  ),
  row(
    'more bytes than there may be, in files that are replaced',
    layers([file('a', 'x'.repeat(600))], [file('a', 'x'.repeat(600))]),
    'limit',
    { maxBytes: 1000 },
  ),
  row('as deep as it may be', layer(file(deep(3), 'x')), ['d d', 'd d/d', 'd d/d/d', 'f d/d/d/x x'], { maxDepth: 3 }),
  row('deeper than it may be', layer(file(deep(4))), 'tar TOO_LARGE', { maxDepth: 3 }),
  row('directories deeper than they may be', layer(directory('d/d/d/d/')), 'limit', { maxDepth: 3 }),
  row('a name longer than it may be', layer(longName('n'.repeat(100), file('n'))), 'tar TOO_LARGE', {
    maxNameLength: 99,
  }),
]
