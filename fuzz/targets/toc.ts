import { isMisfit } from '../../packages/image/src/misfit.ts'
import { parseToc, type TocEntry } from '../../packages/image/src/toc-entries.ts'
import { LadingError } from '@lading/errors'
import { bytesOf } from '../encoding.ts'
import type { Random } from '../random.ts'
import { type Json, writeJson } from '../generate/json.ts'
import { holds, unlessRefused } from '../refusal.ts'
import type { Target } from '../target.ts'

const maxBytes = 64 * 1024
const limits = { maxEntries: 20, maxNameLength: 200, maxDepth: 20 }
const digest = `sha256:${'0'.repeat(64)}`
const [names, badNames] = [
  ['a', 'a/b', './a', '/etc/passwd', '.wh.a', 'a/.wh..wh..opq', 'a/../b'],
  ['../x', 'n'.repeat(300), 'd/'.repeat(30), '\ufffd', '', '.wh.'],
]
const [types, badTypes] = [
  ['reg', 'reg', 'reg', 'chunk', 'dir', 'symlink', 'hardlink', 'char', 'fifo'],
  ['other', '__proto__', ''],
]

/** Mostly what the two formats have, some of it missing or of another kind. */
function entry(random: Random, offset: number): Json {
  const all: Record<string, Json> = {
    name: random.pick(random.once(30) ? badNames : names),
    type: random.pick(random.once(40) ? badTypes : types),
    size: random.pick([0, 10, 30, 30, 30]),
    mode: 0o644,
    uid: 1000,
    gid: 1000,
    modtime: random.pick(['2024-02-30T00:00:00Z', '2024-01-01T00:00:00.123456789+02:00', 'yesterday']),
    linkName: random.pick(['', 'a', '../../x']),
    offset,
    endOffset: offset + random.below(100),
    innerOffset: random.below(3),
    chunkOffset: random.pick([0, 10, 20]),
    chunkSize: random.below(20),
    digest: random.pick([digest, digest, 'sha256:0', 'md5:0']),
    chunkDigest: digest,
    devMajor: random.below(300),
    xattrs: { 'user.a': 'Yg==', 'security.capability': '!' },
  }
  const kept = Object.entries(all).filter(([name]) => name === 'type' || !random.once(9))
  return Object.fromEntries(
    kept.map(([name, value]) => [name, random.once(200) ? random.pick([null, -1, 'x', {}, []]) : value]),
  )
}

function holdsOf({ layerName, size, start, skip, chunks, linkName, type }: TocEntry): void {
  const parts = layerName.components.map((part) => Buffer.from(part).toString('latin1'))
  holds(
    !parts.some((part) => part === '..' || part === '.' || part === '' || /[/\0]/.test(part)),
    'a name leads somewhere',
  )
  holds(parts.length <= limits.maxDepth && parts.join('/').length <= limits.maxNameLength, 'a name beyond the limits')
  holds((linkName?.length ?? 0) <= limits.maxNameLength, 'a target beyond the limits')
  for (const number of [size, skip, start ?? 0]) holds(Number.isSafeInteger(number) && number >= 0, 'a number')
  holds(type === 'file' || size === 0, `a ${type} with content`)
  const sum = chunks.reduce((all, chunk) => all + chunk.size, 0)
  holds(sum === size && chunks.every((chunk) => chunk.size > 0), `chunks of ${sum} bytes, and a size of ${size}`)
}

export const toc: Target = {
  name: 'toc',
  generate(random) {
    let offset = 0
    const entries = Array.from({ length: random.below(8) }, () => entry(random, (offset += random.below(100))))
    return bytesOf(writeJson({ version: random.once(12) ? 2 : 1, entries }, random))
  },
  words: [
    '"reg"',
    '"chunk"',
    '"entries":[',
    '"digest":"',
    '"offset":',
    '"chunkOffset":',
    '"name":"',
    '{',
    '[',
    '..',
    '-1',
  ],
  check(input) {
    const entries = unlessRefused(LadingError, input.length, () => {
      try {
        return parseToc(input, { maxBytes, limits })
      } catch (error) {
        holds(isMisfit(error), `what it throws does not lead to reading the whole layer: ${String(error)}`)
        throw error
      }
    })
    if (entries === undefined) return
    holds(entries.length <= limits.maxEntries, `${entries.length} entries`)
    for (const each of entries) holdsOf(each)
  },
}
