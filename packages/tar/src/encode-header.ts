import { tarPadding } from './blocks.ts'
import { checkInput } from './check-input.ts'
import { decimalTime } from './decimal-time.ts'
import { encodeUstar, type PaxPair } from './encode-ustar.ts'
import { encodePaxRecord } from './pax-records.ts'
import { bytesOf, joined } from './text.ts'
import type { TarHeader, TarHeaderOptions } from './tar-input.ts'
import type { Time } from './tar-entry.ts'

const paxMode = 0o644
const baseLength = 86

/**
 * An entry's header, in blocks: only ustar if it can store everything, else ustar after a PAX header with the rest
 * (POSIX.1-2024, `pax`). Body and padding are not included.
 *
 * @throws TarError `TAR_INPUT_INVALID`
 */
export function encodeTarHeader(input: TarHeader, options: TarHeaderOptions = {}): Uint8Array {
  const header = withOptions(input, options)
  checkInput(header)
  const { block, unsaid } = encodeUstar(header)
  const records = [...unsaid, ...ownRecords(header)]
  if (records.length === 0) return block
  const body = joined(records.map(([keyword, value]) => encodePaxRecord(keyword, value)))
  const pax = encodeUstar({ name: paxName(bytesOf(header.name)), mode: paxMode, size: body.length }, 'x')
  return joined([pax.block, body, new Uint8Array(tarPadding(body.length)), block])
}

function withOptions(header: TarHeader, { mtime, owner }: TarHeaderOptions): TarHeader {
  const timed = mtime === undefined ? header : { ...header, mtime, atime: undefined, ctime: undefined }
  return owner === undefined
    ? timed
    : { ...timed, uid: owner.uid, gid: owner.gid, userName: owner.userName, groupName: owner.groupName }
}

/** What a ustar header cannot store. */
function ownRecords({ atime, ctime, xattrs = new Map(), records = new Map() }: TarHeader): readonly PaxPair[] {
  return [
    ...times('atime', atime),
    ...times('ctime', ctime),
    ...Array.from(xattrs, ([name, value]) => [`SCHILY.xattr.${name}`, value] as const),
    ...records,
  ]
}

const times = (keyword: string, time: Time | undefined): readonly PaxPair[] =>
  time === undefined ? [] : [[keyword, bytesOf(decimalTime(time))]]

/** Only programs without PAX support see this name, as the name of a file. */
function paxName(name: Uint8Array): Uint8Array {
  const end = name[name.length - 1] === 0x2f ? name.length - 1 : name.length
  const base = name.subarray(name.lastIndexOf(0x2f, end - 1) + 1, end)
  return joined([bytesOf('PaxHeaders/'), base.subarray(0, baseLength)])
}
