import { randomBytes } from 'node:crypto'
import { readdir, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

const hourMs = 3_600_000

/** In bytes: a file system's names have 255, and the rest of ours needs some. */
const longestStart = 200

/** Of a long name as much as fits, in whole characters. */
function prefixOf(path: string): string {
  let start = ''
  let bytes = 0
  for (const character of basename(path)) {
    bytes += Buffer.byteLength(character)
    if (bytes > longestStart) break
    start += character
  }
  return `.${start}.`
}

/** Where a file is written until it has its name: beside it, under one that nobody else uses. */
export const partPath = (path: string): string =>
  join(dirname(path), `${prefixOf(path)}${randomBytes(6).toString('hex')}.part`)

/**
 * Removes what killed processes left of this file. One that nobody has written to for an hour is left, by the clock of the
 * file system. What cannot be removed stays.
 *
 * @param own what was made now
 */
export async function sweepParts(path: string, own: string): Promise<void> {
  try {
    const prefix = prefixOf(path)
    const directory = dirname(path)
    const left = (await readdir(directory)).filter(
      (name) => name.startsWith(prefix) && /^[0-9a-f]{12}\.part$/.test(name.slice(prefix.length)),
    )
    const { mtimeMs: now } = await stat(own)
    for (const name of left) {
      const part = join(directory, name)
      if (now - (await stat(part)).mtimeMs >= hourMs) await rm(part, { force: true })
    }
  } catch {
    // Another one removed it, or it may not be removed: what is to be written matters more.
  }
}
