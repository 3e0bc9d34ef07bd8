import { createTarReader, TarError, type TarEntry } from '@lading/tar'
import { sealed } from '../../packages/tar/test/support/build.ts'
import { hostileArchive } from '../../packages/tar/test/support/hostile.ts'
import { holds, unlessRefused } from '../refusal.ts'
import type { Target } from '../target.ts'

const mostEntries = 100

interface Read {
  readonly entries: readonly TarEntry[]
  /** Bytes of each body. */
  readonly lengths: readonly number[]
}

/** Whole, or in pieces of the given length. */
function read(input: Uint8Array, piece: number): Read | undefined {
  return unlessRefused(TarError, input.length, () => {
    const entries: TarEntry[] = []
    const lengths: number[] = []
    let length = 0
    const reader = createTarReader(
      {
        entry(entry) {
          entries.push(entry)
          length = 0
        },
        body: (bytes) => void (length += bytes.length),
        bodyEnd: () => void lengths.push(length),
      },
      { maxEntries: mostEntries },
    )
    for (let at = 0; at < input.length; at += piece) reader.push(input.subarray(at, at + piece))
    reader.end()
    return { entries, lengths }
  })
}

const summary = ({ name, linkName, type, size, uid, mtime, offset, bodyOffset, sparse }: TarEntry): string =>
  [name, linkName, type, size, uid, mtime.seconds, offset, bodyOffset, sparse?.pieces.length].join()

function check(input: Uint8Array): void {
  const whole = read(input, Infinity)
  const pieces = read(input, 1 + 3 * (input[input.length >> 1] ?? 0))
  holds(
    whole?.entries.map(summary).join('\n') === pieces?.entries.map(summary).join('\n'),
    'in pieces it comes to other entries, or to another end',
  )
  if (whole === undefined) return
  holds(whole.entries.length <= mostEntries, `${whole.entries.length} entries`)
  for (const [index, { name, size, offset, bodyOffset, sparse, type }] of whole.entries.entries()) {
    holds(name.length > 0 && !name.includes(0), 'a name is empty, or has a NUL in it')
    holds(whole.lengths[index] === size, `a body of ${whole.lengths[index]} bytes, and its size is ${size}`)
    holds(type === 'file' || size === 0, `a ${type} with a body`)
    holds(offset % 512 === 0 && bodyOffset % 512 === 0 && offset < bodyOffset, 'an entry begins inside a block')
    holds(bodyOffset + size <= input.length, 'a body ends beyond the input')
    holds(sparse === undefined || sparse.pieces.every((piece) => piece.offset + piece.length <= sparse.size), 'a hole')
  }
}

/** The same with checksums that are right, where a header is expected: with a wrong one, nothing behind it is read. */
export function resealed(input: Uint8Array): Uint8Array {
  const output = Buffer.from(input)
  for (let at = 0; at + 512 <= output.length;) {
    const block = output.subarray(at, at + 512)
    if (block[0] === 0 && block[257] === 0) break
    sealed(block)
    const size = Number.parseInt(block.toString('latin1', 124, 135), 8)
    at += 512 + (size >= 0 ? Math.ceil(size / 512) * 512 : 0)
  }
  return Uint8Array.from(output)
}

export const tar: Target = {
  name: 'tar',
  generate: (random) => Uint8Array.from(hostileArchive(random)),
  words: [
    'ustar\0',
    'ustar  \0',
    '0000644\0',
    '00000000003\0',
    '11 path=bb\n',
    ' size=3\n',
    'GNU.sparse.',
    '\0',
    'x',
    'L',
  ],
  check(input) {
    check(input)
    check(resealed(input))
  },
}
