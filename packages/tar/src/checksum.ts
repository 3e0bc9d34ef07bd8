import { blockSize } from './blocks.ts'
import { CHECKSUM } from './header-layout.ts'
import { countField } from './number-field.ts'
import { corrupt } from './tar-error.ts'

/** The sum of a header's bytes, its checksum taken as spaces. */
export function checksum(bytes: Uint8Array, block: number): number {
  let sum = 8 * 0x20
  for (let at = block, end = block + blockSize; at < end; at++) sum += bytes[at] as number
  return sum - ownSum(bytes, block)
}

/** Throws unless the header's sum is right. */
export function checkChecksum(bytes: Uint8Array, block: number, offset: number): void {
  const sum = countField(bytes, block, CHECKSUM, offset)
  if (sum !== checksum(bytes, block) && sum !== signedChecksum(bytes, block))
    throw corrupt('the checksum of a header is wrong', offset)
}

/** As programs summed whose `char` has a sign; every program of today takes that too. */
function signedChecksum(bytes: Uint8Array, block: number): number {
  let high = 0
  for (let at = block, end = block + blockSize; at < end; at++) if ((bytes[at] as number) >= 0x80) high++
  for (let at = block + CHECKSUM.at, end = at + CHECKSUM.length; at < end; at++)
    if ((bytes[at] as number) >= 0x80) high--
  return checksum(bytes, block) - 256 * high
}

function ownSum(bytes: Uint8Array, block: number): number {
  let sum = 0
  for (let at = block + CHECKSUM.at, end = at + CHECKSUM.length; at < end; at++) sum += bytes[at] as number
  return sum
}

export function isZeroBlock(bytes: Uint8Array, block: number): boolean {
  for (let at = block, end = block + blockSize; at < end; at++) if (bytes[at] !== 0) return false
  return true
}
