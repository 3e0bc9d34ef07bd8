import { TestRegistryError } from '../error.ts'

export interface TarEntry {
  readonly type?: 'file' | 'directory' | 'symlink' | 'hardlink' | 'character' | 'block' | 'fifo' | undefined
  readonly content?: string | Uint8Array | undefined
  /** Of a link: written as it is, however hostile. */
  readonly target?: string | undefined
  /** Permission bits. Default 0o644, of a directory 0o755. */
  readonly mode?: number | undefined
  readonly uid?: number | undefined
  readonly gid?: number | undefined
  /** Seconds since 1970. Default 0. */
  readonly mtime?: number | undefined
}

/** Path to content, in this order. A path that ends in `/` is a directory. Paths are written as they are, however hostile. */
export type TarFiles = Readonly<Record<string, string | Uint8Array | TarEntry>>

const flags = { file: '0', hardlink: '1', symlink: '2', character: '3', block: '4', directory: '5', fifo: '6' } as const
const block = 512
const encoder = new TextEncoder()

/** A ustar archive (POSIX.1-1988): the same files give the same bytes, always. */
export function tar(files: TarFiles): Uint8Array {
  const parts: Uint8Array[] = []
  for (const [path, value] of Object.entries(files)) {
    const entry: TarEntry = typeof value === 'string' || value instanceof Uint8Array ? { content: value } : value
    const content =
      typeof entry.content === 'string' ? encoder.encode(entry.content) : (entry.content ?? new Uint8Array(0))
    parts.push(header(path, entry, content.length), content, new Uint8Array(-content.length & (block - 1)))
  }
  parts.push(new Uint8Array(2 * block))
  return Buffer.concat(parts)
}

function header(path: string, entry: TarEntry, size: number): Uint8Array {
  const type = entry.type ?? (path.endsWith('/') ? 'directory' : 'file')
  const bytes = new Uint8Array(block)
  const put = (offset: number, text: string): void => bytes.set(encoder.encode(text), offset)
  const octal = (offset: number, width: number, value: number): void =>
    put(offset, value.toString(8).padStart(width - 1, '0'))
  const { prefix, name } = splitPath(path)
  const target = entry.target ?? ''
  if (encoder.encode(target).length > 100) throw tooLong(target)
  put(0, name)
  octal(100, 8, entry.mode ?? (type === 'directory' ? 0o755 : 0o644))
  octal(108, 8, entry.uid ?? 0)
  octal(116, 8, entry.gid ?? 0)
  octal(124, 12, size)
  octal(136, 12, entry.mtime ?? 0)
  put(148, ' '.repeat(8))
  put(156, flags[type])
  put(157, target)
  put(257, 'ustar\u000000')
  octal(329, 8, 0)
  octal(337, 8, 0)
  put(345, prefix)
  const sum = bytes.reduce((total, byte) => total + byte, 0)
  put(148, `${sum.toString(8).padStart(6, '0')}\0 `)
  return bytes
}

/** A path of up to 255 bytes goes into two fields, cut at a slash. */
function splitPath(path: string): { prefix: string; name: string } {
  if (encoder.encode(path).length <= 100) return { prefix: '', name: path }
  for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
    const [prefix, name] = [path.slice(0, slash), path.slice(slash + 1)]
    if (encoder.encode(prefix).length <= 155 && name !== '' && encoder.encode(name).length <= 100)
      return { prefix, name }
  }
  throw tooLong(path)
}

const tooLong = (path: string): TestRegistryError =>
  new TestRegistryError('IMAGE_INVALID', `too long for a ustar header: '${path.slice(0, 40)}…'`, {
    hint: 'give the layer as the bytes of a tar archive made elsewhere',
  })
