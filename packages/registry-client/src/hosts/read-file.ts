import { readdir, readFile, stat } from 'node:fs/promises'
import { printable } from '@lading/errors'
import { HostsError } from './hosts-error.ts'

/** No honest file of this kind comes near it. */
const longestFile = 1024 * 1024
const mostEntries = 4096
/** Nothing is there, or what should be a directory on the way is none. A link that leads nowhere counts as nothing too. */
const absent: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR'])

export interface ReadOptions {
  readonly signal?: AbortSignal | undefined
}

/**
 * The text of a file; `undefined` where there is none. Links are followed; what is no file (a pipe would never end) is
 * refused.
 *
 * @throws HostsError `HOSTS_FILE_UNREADABLE`, `HOSTS_FILE_TOO_LARGE`
 */
export async function readText(path: string, { signal }: ReadOptions = {}): Promise<string | undefined> {
  return unlessAbsent(path, signal, async () => {
    const facts = await stat(path)
    if (!facts.isFile())
      throw new HostsError('HOSTS_FILE_UNREADABLE', `${printable(path)} is not a file`, { path, hint: 'move it away' })
    if (facts.size > longestFile) throw tooLarge(path, `${facts.size} bytes`)
    const bytes = await readFile(path, { signal })
    if (bytes.byteLength > longestFile) throw tooLarge(path, `${bytes.byteLength} bytes`)
    try {
      return new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes)
    } catch (cause) {
      const der = bytes[0] === 0x30 && bytes[1] === 0x82
      throw new HostsError('HOSTS_FILE_INVALID', `${printable(path)} is ${der ? 'DER, not PEM' : 'not in UTF-8'}`, {
        path,
        cause,
        hint: der ? 'write it as PEM: openssl x509 -inform der -in FILE -out FILE' : 'correct the file',
      })
    }
  })
}

/** UTF-8, or what a byte order mark says, as docker reads what editors and shells of Windows write. */
function encodingOf([first, second]: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8'
}

/** @throws HostsError `HOSTS_FILE_UNREADABLE` unless it is a directory */
export async function assertDirectory(path: string, { signal }: ReadOptions = {}): Promise<void> {
  const facts = await unlessAbsent(path, signal, () => stat(path))
  if (facts?.isDirectory() !== true)
    throw new HostsError('HOSTS_FILE_UNREADABLE', `${printable(path)} is not a directory`, {
      path,
      hint: 'check the name of the directory',
    })
}

/** The names in a directory, sorted by code unit as the tools do that share it; none where there is no directory. */
export async function listDirectory(path: string, { signal }: ReadOptions = {}): Promise<readonly string[]> {
  const names = await unlessAbsent(path, signal, () => readdir(path))
  if (names === undefined) return []
  if (names.length > mostEntries) throw tooLarge(path, `${names.length} entries`)
  return names.toSorted((a, b) => (a < b ? -1 : 1))
}

async function unlessAbsent<T>(
  path: string,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T | undefined> {
  signal?.throwIfAborted()
  try {
    return await work()
  } catch (error) {
    signal?.throwIfAborted()
    const code = (error as { code?: unknown }).code
    if (error instanceof HostsError) throw error
    if (typeof code === 'string' && absent.has(code)) return undefined
    const denied = code === 'EACCES' || code === 'EPERM'
    throw new HostsError(
      'HOSTS_FILE_UNREADABLE',
      denied ? `${printable(path)} cannot be read by this user` : `${printable(path)} cannot be read (${String(code)})`,
      {
        path,
        cause: error,
        hint: 'it may restrict where images come from, so it is not ignored: make it readable, or set LADING_HOSTS=off to go without the files of this machine',
      },
    )
  }
}

const tooLarge = (path: string, size: string): HostsError =>
  new HostsError('HOSTS_FILE_TOO_LARGE', `${printable(path)} has ${size}, more than a configuration file ever has`, {
    path,
    expected: longestFile,
    hint: 'check that this is the right file',
  })
