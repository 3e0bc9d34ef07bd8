import { lstatSync, readFileSync, readdirSync, readlinkSync } from 'node:fs'
import type { Seen } from './lines.ts'

const typeBits = 0o170000
const types: Readonly<Record<number, Seen['type']>> = {
  0o100000: 'file',
  0o040000: 'directory',
  0o120000: 'symlink',
  0o010000: 'fifo',
  0o020000: 'character-device',
  0o060000: 'block-device',
}

/** A tree as it is on the disk, without following anything. */
export function onDisk(root: string): readonly Seen[] {
  const seen: Seen[] = []
  const look = (path: string): void => {
    const place = Buffer.from(path === '' ? root : `${root}/${path}`, 'latin1')
    const stat = lstatSync(place, { bigint: true })
    const type = types[Number(stat.mode) & typeBits] as Seen['type']
    const nanoseconds = ((stat.mtimeNs % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n
    seen.push({
      path,
      type,
      mode: Number(stat.mode) & 0o7777,
      uid: Number(stat.uid),
      gid: Number(stat.gid),
      mtime: { seconds: Number((stat.mtimeNs - nanoseconds) / 1_000_000_000n), nanoseconds: Number(nanoseconds) },
      identity: stat.ino,
      ...(type === 'file' ? { content: readFileSync(place, 'latin1') } : {}),
      ...(type === 'symlink' ? { target: readlinkSync(place, 'latin1') } : {}),
      ...(type.endsWith('device') ? { device: deviceOf(stat.rdev) } : {}),
    })
    if (type !== 'directory') return
    for (const name of readdirSync(place, 'latin1')) look(path === '' ? name : `${path}/${name}`)
  }
  look('')
  return seen
}

/** As glibc packs them (makedev(3)). */
const deviceOf = (rdev: bigint): { readonly major: number; readonly minor: number } => ({
  major: Number(((rdev >> 8n) & 0xfffn) | ((rdev >> 32n) & 0xffff_f000n)),
  minor: Number((rdev & 0xffn) | ((rdev >> 12n) & 0xffff_ff00n)),
})
