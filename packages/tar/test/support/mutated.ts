import type { Random } from '../../../../fuzz/random.ts'
import { sealed } from './build.ts'

const block = 512
const places = [
  0, 100, 108, 124, 135, 136, 148, 156, 156, 156, 157, 257, 262, 263, 265, 329, 337, 345, 386, 398, 476, 482, 483,
]
const bytes = [0, 0x20, 0x2f, 0x30, 0x31, 0x35, 0x37, 0x67, 0x78, 0x4c, 0x53, 0x80, 0xff]

/** One or two of the archives one after the other, with blocks left out, doubled or taken from others, and bytes changed. */
export function mutated(random: Random, archives: readonly Buffer[]): Buffer {
  let archive = Buffer.from(random.pick(archives))
  if (random.once(2))
    archive = Buffer.concat([archive.subarray(0, Math.max(0, archive.length - 1024)), random.pick(archives)])
  for (let count = 1 + random.below(3); count > 0 && archive.length >= block; count--) {
    const at = random.below(Math.floor(archive.length / block)) * block
    const other = random.pick(archives)
    const from = random.below(Math.max(1, Math.floor(other.length / block))) * block
    const changes: readonly (() => void)[] = [
      () => (archive = Buffer.concat([archive.subarray(0, at), archive.subarray(at + block)])),
      () => (archive = Buffer.concat([archive.subarray(0, at + block), archive.subarray(at)])),
      () =>
        (archive = Buffer.concat([archive.subarray(0, at), other.subarray(from, from + block), archive.subarray(at)])),
      () => change(random, archive.subarray(at, at + block)),
      () => change(random, archive.subarray(at, at + block)),
      () => change(random, archive.subarray(at, at + block)),
    ]
    random.pick(changes)()
  }
  return archive
}

function change(random: Random, header: Buffer): void {
  header[random.once(3) ? random.below(block) : random.pick(places)] = random.once(4)
    ? random.below(256)
    : random.pick(bytes)
  if (header.toString('latin1', 257, 262) === 'ustar' || random.once(3)) sealed(header)
}
