import type { AbortOptions } from '@lading/clock'

/** One line of `/etc/passwd`. */
export interface Account {
  readonly name: string
  readonly uid: number
  readonly gid: number
  readonly home: string
}

/** One line of `/etc/group`. */
interface Group {
  readonly name: string
  readonly gid: number
  readonly members: readonly string[]
}

export interface AccountFiles {
  readonly accounts: readonly Account[]
  readonly groups: readonly Group[]
}

/** The image's own files. Links are followed only inside the image. */
export interface ImageFiles {
  /** The content of a regular file; nothing if it does not exist. Throws if it has more than `maxSize` bytes. */
  readFile(path: string, options: AbortOptions & { readonly maxSize: number }): Promise<Uint8Array | undefined>
  /** Owner and permissions of a directory; nothing if it does not exist. */
  directory(
    path: string,
    options?: AbortOptions,
  ): Promise<{ readonly uid: number; readonly gid: number; readonly mode: number } | undefined>
}

/** The largest user, group and process IDs: the last one means "none" to system calls. */
const mostId = 0xffff_fffe
const maxSize = 16 * 1024 * 1024

export async function readAccountFiles(files: ImageFiles, { signal }: AbortOptions = {}): Promise<AccountFiles> {
  const lines = async (path: string): Promise<readonly string[][]> => {
    const bytes = await files.readFile(path, { maxSize, signal })
    return bytes === undefined ? [] : fieldsOf(new TextDecoder().decode(bytes))
  }
  return { accounts: (await lines('/etc/passwd')).flatMap(account), groups: (await lines('/etc/group')).flatMap(group) }
}

/** A decimal ID, or nothing: an empty text, a sign or a space must not be read as 0, the ID of root. */
export function idOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^[0-9]{1,10}$/.test(text)) return undefined
  const id = Number(text)
  return id <= mostId ? id : undefined
}

/** Comments, and entries of NIS (`+`, `-`), are not accounts. */
const fieldsOf = (text: string): readonly string[][] =>
  text
    .split('\n')
    .filter((line) => line !== '' && !/^[#+-]/.test(line))
    .map((line) => line.split(':'))

function account([name = '', , user, main, , home = '']: readonly string[]): readonly Account[] {
  const [uid, gid] = [idOf(user), idOf(main)]
  return name === '' || uid === undefined || gid === undefined ? [] : [{ name, uid, gid, home }]
}

function group([name = '', , id, members = '']: readonly string[]): readonly Group[] {
  const gid = idOf(id)
  return name === '' || gid === undefined
    ? []
    : [{ name, gid, members: members.split(',').filter((member) => member !== '') }]
}
