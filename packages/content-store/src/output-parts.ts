import { randomBytes } from 'node:crypto'
import { readdir, rm, stat, type FileHandle } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { nodeProcesses } from './process-table.ts'

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

/** Where a file is written until it has its name: beside it, under one that nobody else uses, and that says whose it is. */
export const partPath = (path: string): string => {
  const { pid, started } = nodeProcesses().self()
  const owner = started === undefined ? '' : `${pid}-${started}.`
  return join(dirname(path), `${prefixOf(path)}${randomBytes(6).toString('hex')}.${owner}part`)
}

/** Of a part's name after its prefix; other versions named no owner. */
const nameEnd = /^[0-9a-f]{12}\.(?:([1-9][0-9]*)-([0-9]+)\.)?part$/

/**
 * Removes what killed processes left of this file. One that nobody has written to or touched for an hour is left, by the
 * clock of the file system, unless its process is seen to run: it may have been stopped. What cannot be removed stays.
 *
 * @param own what was made now
 */
export async function sweepParts(path: string, own: string): Promise<void> {
  try {
    const prefix = prefixOf(path)
    const directory = dirname(path)
    const processes = nodeProcesses()
    const { mtimeMs: now } = await stat(own)
    for (const name of await readdir(directory)) {
      const owner = name.startsWith(prefix) ? nameEnd.exec(name.slice(prefix.length)) : null
      if (owner === null) continue
      const [, pid, started] = owner
      if (started !== undefined && processes.find(Number(pid))?.started === started) continue
      const part = join(directory, name)
      if (now - (await stat(part)).mtimeMs >= hourMs) await rm(part, { force: true })
    }
  } catch {
    // Another one removed it, or it may not be removed: what is to be written matters more.
  }
}

/**
 * Touches a part from time to time, by the clock of its file system: it may wait for more than an hour for what is
 * written next, and those who cannot see its process have nothing else to go by.
 *
 * @returns ends it
 */
export async function keepFresh(file: FileHandle): Promise<() => void> {
  const ahead = (await file.stat()).mtimeMs - Date.now()
  const timer = setInterval(() => {
    const now = (Date.now() + ahead) / 1000
    file.utimes(now, now).catch(() => {})
  }, hourMs / 6)
  timer.unref()
  return () => clearInterval(timer)
}
