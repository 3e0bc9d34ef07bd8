import { printable } from '@lading/errors'
import type { ImageFile } from '@lading/image'

const letters: Readonly<Record<ImageFile['type'], string>> = {
  file: '-',
  directory: 'd',
  symlink: 'l',
  'character-device': 'c',
  'block-device': 'b',
  fifo: 'p',
}

/** `drwxr-xr-t`, as ls writes it. */
function formatMode({ type, mode }: Pick<ImageFile, 'type' | 'mode'>): string {
  const bit = (at: number, letter: string): string => ((mode >> at) & 1 ? letter : '-')
  const special = (at: number, execute: number, letter: string): string =>
    (mode >> at) & 1 ? ((mode >> execute) & 1 ? letter : letter.toUpperCase()) : bit(execute, 'x')
  const user = bit(8, 'r') + bit(7, 'w') + special(11, 6, 's')
  const group = bit(5, 'r') + bit(4, 'w') + special(10, 3, 's')
  return letters[type] + user + group + bit(2, 'r') + bit(1, 'w') + special(9, 0, 't')
}

/** To the minute, in UTC; times beyond those that JavaScript knows as seconds. */
function formatTime({ seconds }: ImageFile['mtime']): string {
  const time = new Date(seconds * 1000)
  return Number.isNaN(time.getTime()) ? `@${seconds}` : time.toISOString().slice(0, 16).replace('T', ' ')
}

/** One row of a long list: mode, owner, size or device, time, name. */
export function fileRow(file: ImageFile, name: string): readonly string[] {
  const { uid, gid, size, device, mtime, target } = file
  const amount = device === undefined ? String(size) : `${device.major},${device.minor}`
  const arrow = target === undefined ? '' : ` -> ${printable(target, 4096)}`
  return [formatMode(file), `${uid}:${gid}`, amount, formatTime(mtime), `${printable(name, 4096)}${arrow}`]
}

/** For programs. Names and targets of links that are no UTF-8 are there in base64 too. */
export function fileJson(file: ImageFile): object {
  const { path, name, type, mode, uid, gid, userName, groupName, size, mtime, device, xattrs, layer, inode } = file
  const { target, linkName } = file
  return {
    path,
    ...(path.includes('\uFFFD') ? { nameBase64: Buffer.from(name).toString('base64') } : {}),
    type,
    mode: mode.toString(8).padStart(4, '0'),
    uid,
    gid,
    userName,
    groupName,
    size,
    mtime: mtime.seconds + mtime.nanoseconds / 1e9,
    target,
    ...(linkName !== undefined && target?.includes('\uFFFD') === true
      ? { targetBase64: Buffer.from(linkName).toString('base64') }
      : {}),
    device,
    xattrs:
      xattrs === undefined
        ? undefined
        : Object.fromEntries(Array.from(xattrs, ([key, value]) => [key, Buffer.from(value).toString('base64')])),
    layer,
    inode,
  }
}
