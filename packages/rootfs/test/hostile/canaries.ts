import {
  chmodSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

/** Files, directories and links around the place where something is unpacked, which must stay as they are. */
export interface Canaries {
  /** Inside of which, and nowhere else, something may come and go. */
  readonly inside: string
  /** A directory of canaries, absolute. */
  readonly outside: string
  /** What is different from the beginning. */
  changes(): readonly string[]
}

/** @param zone an empty directory, absolute */
export function createCanaries(zone: string): Canaries {
  const inside = join(zone, 'deep', 'inside')
  const outside = join(zone, 'outside')
  mkdirSync(inside, { recursive: true })
  for (const directory of [zone, join(zone, 'deep'), outside, join(outside, 'sub'), join(zone, 'deep', 'root-evil')]) {
    mkdirSync(directory, { recursive: true })
    writeFileSync(join(directory, 'canary'), `alive in ${directory}`)
    chmodSync(join(directory, 'canary'), 0o640)
    symlinkSync('canary', join(directory, 'link'))
    linkSync(join(directory, 'canary'), join(directory, 'second-name'))
  }
  chmodSync(join(outside, 'sub'), 0o2711)
  lutimesSync(join(outside, 'link'), 1, 2)
  const before = recorded(zone, inside)
  return {
    inside,
    outside,
    changes() {
      const now = recorded(zone, inside)
      return [...new Set([...before.keys(), ...now.keys()])].flatMap((path) =>
        before.get(path) === now.get(path) ? [] : [`${path}: ${before.get(path)}, now ${now.get(path)}`],
      )
    },
  }
}

/** Whatever is done to a file or a directory changes its ctime, which nobody can set. */
function recorded(zone: string, inside: string): ReadonlyMap<string, string> {
  const all = new Map<string, string>()
  const look = (path: string): void => {
    const { mode, nlink, uid, gid, size, ino, mtimeNs, ctimeNs } = lstatSync(path, { bigint: true })
    // What happens inside changes the times of that directory alone.
    if (path === inside) {
      all.set(path, [mode, uid, gid, ino].join(' '))
      return
    }
    const isDirectory = (mode & 0o170000n) === 0o040000n
    const isLink = (mode & 0o170000n) === 0o120000n
    const content = isDirectory
      ? readdirSync(path).toSorted().join(' ')
      : isLink
        ? readlinkSync(path)
        : readFileSync(path, 'utf8')
    all.set(path, [mode, nlink, uid, gid, size, ino, mtimeNs, ctimeNs, content].join(' '))
    if (isDirectory) for (const name of readdirSync(path)) look(join(path, name))
  }
  look(zone)
  return all
}
