import { blockSize } from './blocks.ts'
import { CHECKSUM } from './header-layout.ts'
import { countField } from './number-field.ts'
import { corrupt } from './tar-error.ts'

/** The sum of a block's bytes as they are: 0 for a block of zeros. */
export function sumOf(bytes: Uint8Array, block: number): number {
  let sum = 0
  for (let at = block, end = block + blockSize; at < end; at++) sum += bytes[at] as number
  return sum
}

const perLane = 0x00ff00ff

/** The same for 32-bit words, four bytes in two additions: with 512 bytes, no 16-bit lane overflows. */
export function sumOfWords(words: Uint32Array, word: number): number {
  let even = 0
  let odd = 0
  for (let at = word, end = word + blockSize / 4; at < end; at++) {
    const four = words[at] as number
    even += four & perLane
    odd += (four >>> 8) & perLane
  }
  return (even & 0xffff) + (even >>> 16) + (odd & 0xffff) + (odd >>> 16)
}

/** The checksum of a header: the sum of its bytes, with spaces in its own field. */
export const checksum = (bytes: Uint8Array, block: number, sum: number): number =>
  sum - ownSum(bytes, block) + CHECKSUM.length * 0x20

/**
 * Throws if the header's checksum is wrong.
 *
 * @param sum of the block's bytes as they are
 */
export function checkChecksum(bytes: Uint8Array, block: number, sum: number, offset: number): void {
  const said = countField(bytes, block, CHECKSUM, offset)
  const right = checksum(bytes, block, sum)
  if (said !== right && said !== right - 256 * highBytes(bytes, block))
    throw corrupt('the checksum of a header is wrong', offset)
}

/** Programs with a signed `char` computed this sum; all current programs accept it, too. */
function highBytes(bytes: Uint8Array, block: number): number {
  let high = 0
  for (let at = block, end = block + blockSize; at < end; at++) if ((bytes[at] as number) >= 0x80) high++
  for (let at = block + CHECKSUM.at, end = at + CHECKSUM.length; at < end; at++)
    if ((bytes[at] as number) >= 0x80) high--
  return high
}

function ownSum(bytes: Uint8Array, block: number): number {
  let sum = 0
  for (let at = block + CHECKSUM.at, end = at + CHECKSUM.length; at < end; at++) sum += bytes[at] as number
  return sum
}
