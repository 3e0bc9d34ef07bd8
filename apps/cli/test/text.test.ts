import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatAge } from '../src/text/age.ts'
import { fileJson } from '../src/text/file-line.ts'
import { jsonText } from '../src/text/json-line.ts'
import { jsonLines } from '../src/text/json-lines.ts'
import { formatBar, formatSize } from '../src/text/size.ts'
import { formatTable } from '../src/text/table.ts'

async function linesOf(lines: AsyncIterable<string>): Promise<string> {
  const all: string[] = []
  for await (const line of lines) all.push(line)
  return all.join('\n')
}

describe('a list as JSON', () => {
  const items = fc.array(
    fc.oneof(fc.string(), fc.record({ name: fc.string(), list: fc.array(fc.nat(), { maxLength: 2 }) })),
  )

  it('is the same line by line as at once', () =>
    fc.assert(
      fc.asyncProperty(items, fc.string(), async (list, host) => {
        expect(await linesOf(jsonLines(list))).toBe(jsonText(list))
        const within = { others: { host, of: ['[]'] }, member: 'tags' }
        expect(await linesOf(jsonLines(list, within))).toBe(jsonText({ ...within.others, tags: list }))
      }),
    ))

  it('holds one item at most, and begins with the first', async () => {
    const asked: number[] = []
    const lines = jsonLines(
      (function* () {
        for (const each of [1, 2, 3]) {
          asked.push(each)
          yield each
        }
      })(),
    )
    await lines.next()
    expect(asked).toEqual([1])
    await lines.next()
    expect(asked).toEqual([1, 2])
  })
})

describe('formatSize', () => {
  it.each([
    [0, '0B'],
    [1, '1B'],
    [999, '999B'],
    [1000, '1kB'],
    [32768, '32.77kB'],
    [667590, '667.6kB'],
    [999_960, '1000kB'],
    [1_234_567, '1.235MB'],
    [26_300_000, '26.3MB'],
    [Number.MAX_SAFE_INTEGER, '9.007PB'],
  ])('%d is %s', (bytes, text) => expect(formatSize(bytes)).toBe(text))

  it('has as many digits as asked for', () => expect(formatSize(7_344_567, 3)).toBe('7.34MB'))

  it('is never wrong by more than half of the last digit', () =>
    fc.assert(
      fc.property(fc.maxSafeNat(), (bytes) => {
        const [, value = '', unit = ''] = /^([\d.]+)([kMGTP]?B)$/.exec(formatSize(bytes)) ?? []
        const scale = 1000 ** ['B', 'kB', 'MB', 'GB', 'TB', 'PB'].indexOf(unit)
        expect(Math.abs(Number(value) * scale - bytes)).toBeLessThanOrEqual(bytes * 0.0005)
        expect(value.replace('.', '').length).toBeLessThanOrEqual(4)
      }),
    ))
})

describe('formatBar', () => {
  it.each([
    [1, 0, 120, '      1B'],
    [20, 100, 120, '[==========>                                        ]      20B/100B'],
    [50, 100, 120, '[=========================>                         ]      50B/100B'],
    [50, 40, 120, '[==================================================>]      50B'],
    [0, 0, 120, ''],
    [50, 100, 80, '[================>                ]      50B/100B'],
    [50, 100, 60, '[======>      ]      50B/100B'],
    [50, 100, 59, '     50B/100B'],
  ])('%d of %d in %d columns', (current, total, columns, text) => expect(formatBar(current, total, columns)).toBe(text))

  it('has a box of the same width whatever it shows', () =>
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1 }), (current, total) => {
        expect(formatBar(current, total, 200).slice(0, 54)).toMatch(/^\[={0,50}> {0,50}\] $/)
      }),
    ))
})

describe('formatAge', () => {
  const now = Date.parse('2026-11-24T00:00:00Z')
  it.each([
    ['2026-11-24T00:00:00Z', 'Less than a second ago'],
    ['2026-11-23T23:59:59Z', '1 second ago'],
    ['2026-11-23T23:59:15Z', '45 seconds ago'],
    ['2026-11-23T23:58:30Z', 'About a minute ago'],
    ['2026-11-23T23:15:00Z', '45 minutes ago'],
    ['2026-11-23T23:00:00Z', 'About an hour ago'],
    ['2026-11-23T02:00:00Z', '22 hours ago'],
    ['2026-11-21T00:00:00Z', '3 days ago'],
    ['2026-11-03T00:00:00Z', '3 weeks ago'],
    ['2026-06-24T00:00:00Z', '5 months ago'],
    ['2023-06-24T00:00:00Z', '3 years ago'],
    ['soon', 'N/A'],
    [undefined, 'N/A'],
    ['0001-01-01T00:00:00Z', 'N/A'],
    ['1970-01-01T00:00:00Z', '56 years ago'],
  ])('%s is %s', (created, text) => expect(formatAge(created, now)).toBe(text))
})

describe('formatTable', () => {
  it('aligns columns and pads no line at its end', () => {
    expect(
      formatTable(
        ['NAME', 'B', 'C'],
        [
          ['a', 'long', 'x'],
          ['longer', 'b', 'y'],
        ],
      ),
    ).toEqual(['NAME     B      C', 'a        long   x', 'longer   b      y'])
  })
})

describe('a table on a screen', () => {
  it('goes on below with sentences, in their column, and loses nothing of them', () => {
    const why = 'the helper desktop is not on PATH, so that nothing can be asked'
    expect(formatTable(['PLACE', 'WHY'], [['/root/.docker/config.json', why]], { width: 60, foldsLast: true })).toEqual(
      [
        'PLACE                       WHY',
        '/root/.docker/config.json   the helper desktop is not on',
        '                            PATH, so that nothing can be',
        '                            asked',
      ],
    )
    expect(formatTable(['PLACE', 'WHY'], [['/root', why]], { foldsLast: true })).toEqual([
      'PLACE   WHY',
      `/root   ${why}`,
    ])
    fc.assert(
      fc.property(
        fc.integer({ min: 9, max: 90 }),
        fc.string({ maxLength: 90 }),
        fc.string(),
        (width, place, reason) => {
          for (const line of formatTable(['PLACE', 'WHY'], [[place, reason]], { width, foldsLast: true }))
            expect(line.length).toBeLessThanOrEqual(width)
        },
      ),
    )
  })

  const rows = [
    ['registry.example.com/acme/a-long-name-of-an-application', '1.4', 'f18232174bc9', '3 weeks ago', '7.34MB'],
    ['alpine', 'latest', '0123456789ab', '3 weeks ago', '3.4MB'],
  ]
  const headings = ['REPOSITORY', 'TAG', 'IMAGE ID', 'CREATED', 'SIZE']

  it('loses the middle of its widest cells, so that no line wraps', () => {
    expect(formatTable(headings, rows, { width: 79 })).toEqual([
      'REPOSITORY                         TAG      IMAGE ID       CREATED       SIZE',
      'registry.example…-an-application   1.4      f18232174bc9   3 weeks ago   7.34MB',
      'alpine                             latest   0123456789ab   3 weeks ago   3.4MB',
    ])
  })

  it('is as it is where it fits, or where there is no screen', () => {
    expect(formatTable(headings, rows, { width: 200 })).toEqual(formatTable(headings, rows))
  })

  it('is never wider than the screen while there is anything to cut', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 9, max: 120 }),
        fc.array(fc.tuple(fc.string({ maxLength: 80 }), fc.string({ maxLength: 80 })), { maxLength: 5 }),
        (width, cells) => {
          for (const line of formatTable(['A', 'B'], cells, { width })) expect(line.length).toBeLessThanOrEqual(width)
        },
      ),
    ))
})

it('a table may have more rows than a call has arguments', () => {
  expect(formatTable(['A', 'B'], [...Array.from({ length: 150_000 }, () => ['a', 'b']), ['long', 'b']])[0]).toBe(
    'A      B',
  )
})

it('where a link points is there in base64 too when it is no UTF-8', () => {
  const file = { name: Buffer.from('l'), path: '/l', type: 'symlink', mode: 0o777, uid: 0, gid: 0, size: 0 } as const
  const more = {
    userName: undefined,
    groupName: undefined,
    device: undefined,
    xattrs: undefined,
    layer: 0,
    inode: '0:0',
  }
  const linkName = Buffer.from([0xe9])
  const mtime = { seconds: 0, nanoseconds: 0 }
  expect(fileJson({ ...file, ...more, mtime, linkName, target: linkName.toString() })).toMatchObject({
    target: '\uFFFD',
    targetBase64: '6Q==',
  })
})
