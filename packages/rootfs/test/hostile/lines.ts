import type { TarType, Time } from '@lading/tar'

/** A file, a link or a directory as anybody sees it: what unpacking made, what the merged view shows, what a model says. */
export interface Seen {
  /** From the root, each byte a character; empty for the root itself. */
  readonly path: string
  readonly type: Exclude<TarType, 'link'>
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly mtime: Time
  /** Of a file. */
  readonly content?: string | undefined
  /** Of a symbolic link. */
  readonly target?: string | undefined
  /** Of a device. */
  readonly device?: { readonly major: number; readonly minor: number } | undefined
  /** The same for all names of one file. */
  readonly identity: unknown
}

const letters = {
  file: 'f',
  directory: 'd',
  symlink: 'l',
  fifo: 'p',
  'character-device': 'c',
  'block-device': 'b',
} as const
const usualMode: Partial<Record<Seen['type'], number>> = { directory: 0o755, symlink: 0o777 }

/**
 * A line for each: its kind, path, what is unusual in mode and owner, content or target; `h` for a further name of a file.
 * With `times`, and of the root only where something is unusual.
 */
export function linesOf(tree: Iterable<Seen>, { times = false, owners = true } = {}): readonly string[] {
  const lines: string[] = []
  const first = new Map<unknown, string>()
  for (const each of [...tree].toSorted((a, b) => compare(a.path, b.path))) {
    const { path, type, mode, uid, gid, mtime, content, target, device, identity } = each
    const earlier = type === 'directory' ? undefined : first.get(identity)
    if (earlier !== undefined) {
      lines.push(`h ${path} = ${earlier}`)
      continue
    }
    first.set(identity, path)
    const facts = [
      ...(type === 'symlink' ? [`-> ${target}`] : []),
      ...(type === 'symlink' || mode === (usualMode[type] ?? 0o644) ? [] : [mode.toString(8).padStart(4, '0')]),
      ...(owners && (uid !== 0 || gid !== 0) ? [`${uid}:${gid}`] : []),
      ...(times ? [`@${mtime.seconds}.${mtime.nanoseconds}`] : []),
      ...(device === undefined ? [] : [`${device.major},${device.minor}`]),
      ...(content === undefined ? [] : [content]),
    ]
    if (path !== '' || facts.length > 0) lines.push([letters[type], path === '' ? '.' : path, ...facts].join(' '))
  }
  return lines
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
