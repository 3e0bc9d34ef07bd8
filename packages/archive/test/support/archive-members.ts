/** The members of an archive, by the simplest reading of ustar: name, size, bytes. Says so where it is none. */
export function membersOf(archive: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const members = new Map<string, Uint8Array>()
  const text = (start: number, length: number): string =>
    Buffer.from(archive.subarray(start, start + length))
      .toString('latin1')
      .replace(/\0.*$/s, '')
  let at = 0
  while (archive[at] !== 0) {
    if (at + 512 > archive.byteLength) throw new Error('the archive is cut off')
    if (text(at + 257, 5) !== 'ustar') throw new Error(`no header at ${at}`)
    const name = text(at, 100)
    const size = Number.parseInt(text(at + 124, 12), 8)
    if (members.has(name)) throw new Error(`${name} is there twice`)
    members.set(name, archive.slice(at + 512, at + 512 + size))
    at += 512 + Math.ceil(size / 512) * 512
  }
  if (archive.byteLength - at !== 1024 || archive.subarray(at).some((byte) => byte !== 0))
    throw new Error('the archive has another end')
  return members
}

export const jsonOf = (members: ReadonlyMap<string, Uint8Array>, path: string): unknown =>
  JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(members.get(path)))
