import { printable } from '@lading/errors'
import { isKnownKeyword } from './pax-header.ts'
import { TarError } from './tar-error.ts'
import type { TarHeader } from './tar-input.ts'
import type { Time } from './tar-entry.ts'
import { bytesOf, textOf } from './text.ts'

const mostMode = 0o7777777
const mostId = 0xffff_ffff

/** Refuses entries that no archive can store, or that readers would read differently. */
export function checkInput(header: TarHeader): void {
  const { type = 'file', size = 0, mode = 0, uid = 0, gid = 0, linkName, device } = header
  const name = bytesOf(header.name)
  const refuse = (what: string): never => {
    throw new TarError(
      'TAR_INPUT_INVALID',
      `the tar entry "${printable(textOf(name), 200)}" cannot be written: ${what}`,
      {
        hint: 'correct the entry before you write it',
      },
    )
  }
  const count = (what: string, value: number, most = Number.MAX_SAFE_INTEGER): void => {
    if (!Number.isInteger(value) || value < 0 || value > most) refuse(`its ${what} is ${value}`)
  }
  const text = (what: string, value: string | Uint8Array | undefined): void => {
    if (value !== undefined && bytesOf(value).includes(0)) refuse(`its ${what} contains a NUL byte`)
  }
  const time = (what: string, value: Time | undefined): void => {
    if (value === undefined) return
    if (!Number.isSafeInteger(value.seconds)) refuse(`its ${what} is ${value.seconds}`)
    count(what, value.nanoseconds, 999_999_999)
  }

  if (name.length === 0) refuse('its name is empty')
  text('name', name)
  if (type === 'file' && name.at(-1) === 0x2f) refuse('the name of a file ends with a slash')
  if (type !== 'file' && size !== 0) refuse(`a ${type} has no body`)
  count('size', size)
  count('mode', mode, mostMode)
  count('user', uid, mostId)
  count('group', gid, mostId)
  text('user name', header.userName)
  text('group name', header.groupName)
  time('mtime', header.mtime)
  time('atime', header.atime)
  time('ctime', header.ctime)

  const isLink = type === 'link' || type === 'symlink'
  if (isLink !== (linkName !== undefined)) refuse(`a ${type} ${isLink ? 'needs' : 'has no'} target`)
  if (linkName !== undefined && bytesOf(linkName).length === 0) refuse("its link's target is empty")
  text("link's target", linkName)
  const isDevice = type === 'character-device' || type === 'block-device'
  if (isDevice !== (device !== undefined)) refuse(`a ${type} ${isDevice ? 'needs' : 'has no'} device`)
  if (device !== undefined) {
    count('device', device.major, mostId)
    count('device', device.minor, mostId)
  }
  for (const xattr of header.xattrs?.keys() ?? [])
    if (xattr === '' || /[=\0]/.test(xattr)) refuse('an extended attribute has a name that PAX cannot store')
  for (const keyword of header.records?.keys() ?? [])
    if (!isOthers(keyword)) refuse(`its PAX record "${printable(keyword, 80)}" is not allowed`)
}

/** Whether a keyword is neither set by the entry itself, nor refused by readers. */
const isOthers = (keyword: string): boolean => keyword !== '' && !/[=\0]/.test(keyword) && !isKnownKeyword(keyword)
