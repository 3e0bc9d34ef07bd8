import { createHash } from 'node:crypto'
import { readFile, readdir, rm } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { isLadingError } from '@lading/errors'
import { afterPowerCut, unsyncedFileSystem } from '@lading/content-store/testing'
import { openStore } from '@lading/store'
import { createRandom } from '../../fuzz/random.ts'
import { judge, look } from '../kill/one-kill.ts'
import { runs } from '../kill/scenarios.ts'
import { afterReboot } from './after-reboot.ts'
import type { Recorded } from './record.ts'

export interface CutOptions {
  /** With the number, what decides all that is left to chance. */
  readonly seed: number
  readonly number: number
  /** Where the state is made; it must not be there. */
  readonly place: string
  readonly host: string
  /** Says whether a disk with this hash was judged before. */
  readonly isNew: (hash: string) => boolean
}

/** Makes one disk that a power cut may leave, holds it to the law, and does the same again on it. What is against the law. */
export async function cutOnce(
  recorded: Recorded,
  { seed, number, place, host, isNew }: CutOptions,
): Promise<readonly string[]> {
  const { scenario, fs, after } = recorded
  const random = createRandom(seed, number)
  // The end is where success has been reported, and what was reported must be there.
  const at = random.once(5) ? fs.log.length : random.below(fs.log.length + 1)
  const isEnd = at === fs.log.length
  await afterPowerCut(fs, place, { at, random: () => random.below(2 ** 30) / 2 ** 30 })
  const root = join(place, 'root')
  try {
    if (!isNew(`${scenario} ${String(isEnd)} ${await hashOf(place)}`)) return []
    const wrong = judge(look(root, true), isEnd ? { before: after, after } : recorded)
    await afterReboot(root)
    return [...wrong.map((what) => `after the cut: ${what}`), ...(await again(recorded, root, host))]
  } finally {
    await rm(place, { recursive: true })
  }
}

/** The next start of the machine: the same goes through. */
async function again({ scenario, after }: Recorded, root: string, host: string): Promise<readonly string[]> {
  try {
    const store = await openStore({ root, fs: unsyncedFileSystem(), workers: 0 })
    try {
      await runs[scenario](store, host)
    } finally {
      await store.close()
    }
  } catch (error) {
    // What was to be removed is gone already.
    if (!isLadingError(error, 'IMAGE_UNKNOWN')) return [`the next run failed: ${String(error)}`]
  }
  return judge(look(root, true), { before: after, after }).map((what) => `in the end: ${what}`)
}

async function hashOf(place: string): Promise<string> {
  const hash = createHash('sha1')
  const entries = await readdir(place, { recursive: true, withFileTypes: true })
  const paths = entries.map((entry) => [join(entry.parentPath, entry.name), entry.isFile()] as const)
  for (const [path, isFile] of paths.toSorted(([one], [other]) => (one < other ? -1 : 1))) {
    hash.update(`${relative(place, path)}\0`)
    if (isFile) hash.update(await readFile(path))
  }
  return hash.digest('base64')
}
