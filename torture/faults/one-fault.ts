import { lstat, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { faultyFileSystem, unsyncedFileSystem, type Fault, type FaultyFileSystem } from '@lading/content-store/testing'
import { isLadingError } from '@lading/errors'
import { openStore } from '@lading/store'
import { exitCodeOf } from '../../apps/cli/src/exit-code-of.ts'
import { exitCodes } from '../../apps/cli/src/exit-codes.ts'
import { judge, look, type Bounds } from '../kill/one-kill.ts'
import type { Verb } from './verbs.ts'

export interface FaultOutcome {
  /** `done`, or the error's code. */
  readonly said: string
  readonly wrong: readonly string[]
}

/** Does it with calls that fail, and says how it ended. */
export async function attempt(
  { run }: Verb,
  root: string,
  host: string,
  faults: readonly Fault[],
): Promise<{ readonly error: unknown; readonly fs: FaultyFileSystem }> {
  const fs = faultyFileSystem(unsyncedFileSystem(), faults)
  try {
    const store = await openStore({ root, fs, workers: 0 })
    try {
      await run(store, host)
    } finally {
      await store.close()
    }
    return { error: undefined, fs }
  } catch (error) {
    return { error, fs }
  }
}

/** Does it once with calls that fail, and once more without: what is against the law, untyped, or moved although it was good. */
export async function failOnce(
  verb: Verb,
  { root, host, fault, bounds }: { root: string; host: string; fault: Fault; bounds: Bounds },
): Promise<FaultOutcome> {
  const good = verb.reads ? await inodesOf(root) : undefined
  const { error } = await attempt(verb, root, host, [fault])
  const wrong: string[] = []
  if (error !== undefined && !isLadingError(error)) wrong.push(`no error of ours: ${inspect(error)}`)
  if (error !== undefined && exitCodeOf(error) !== exitCodes.storage)
    wrong.push(`exit code ${exitCodeOf(error)} for ${inspect(error)}`)
  // What was reported done is there.
  const found = look(root, true)
  const allowed = error === undefined ? { before: bounds.after, after: bounds.after } : bounds
  wrong.push(...judge(found, allowed).map((what) => `after the fault: ${what}`))
  if (good !== undefined && (await inodesOf(root)) !== good) wrong.push('what was only read is not as it was')

  const again = await attempt(verb, root, host, [])
  // What was to be removed is gone already.
  if (again.error !== undefined && !isLadingError(again.error, 'IMAGE_UNKNOWN'))
    wrong.push(`without a fault it fails: ${inspect(again.error)}`)
  const end = judge(look(root, true), { before: bounds.after, after: bounds.after })
  wrong.push(...end.map((what) => `in the end: ${what}`))
  if (wrong.length === 0) await rm(root, { recursive: true })
  return { said: isLadingError(error) ? error.code : error === undefined ? 'done' : 'untyped', wrong }
}

/** Of the names and all content: the same files, and none moved. */
async function inodesOf(root: string): Promise<string> {
  const blobs = (await readdir(join(root, 'blobs'), { recursive: true })).toSorted().map((name) => join('blobs', name))
  const lines = await Promise.all(
    ['index.json', ...blobs].map(async (name) => `${name} ${String((await lstat(join(root, name))).ino)}`),
  )
  return lines.join('\n')
}
