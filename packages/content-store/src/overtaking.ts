import { performance } from 'node:perf_hooks'
import type { FileSystem } from './file-system.ts'
import { readJournal, writeJournal } from './journal.ts'
import type { IngestLayout } from './layout.ts'
import { removeQuietly } from './write-file-durably.ts'

/** When another process's download of a blob is so slow that this one tries whether it is faster. */
export interface Overtaking {
  /** Bytes a second. One that is as fast is waited for. Default 1 MiB/s. */
  readonly below?: number | undefined
  /** For how long it is watched, and then for how long the trial lasts, in milliseconds. Default 10 000. */
  readonly afterMs?: number | undefined
}

const defaultBelow: number = 1024 * 1024
export const defaultAfterMs = 10_000

/** What is seen of a download from outside. */
export interface Pace {
  /** For how long its file has not grown. */
  readonly silentMs: number
  /** It grew slower than `below` for `afterMs`, and goes on for longer than that. */
  readonly slow: boolean
}

export function watchPace(
  fs: FileSystem,
  path: string,
  how: Overtaking & { readonly size: number },
): () => Promise<Pace> {
  const pace = measurePace(how)
  return async () => pace((await fs.stat(path))?.size ?? 0)
}

/**
 * The pace of a download of `size` bytes, from how much of it is there whenever somebody looks.
 *
 * @param options.now monotonic, in milliseconds
 * @param options.mostBetweenMs two looks that are further apart say nothing of what was between them. Default: they do.
 */
export function measurePace({
  size,
  below = defaultBelow,
  afterMs = defaultAfterMs,
  now: time = () => performance.now(),
  mostBetweenMs = Infinity,
}: Overtaking & {
  readonly size: number
  readonly now?: (() => number) | undefined
  readonly mostBetweenMs?: number | undefined
}): (there: number) => Pace {
  let length = -1
  let lookedMs = time()
  let changedMs = lookedMs
  let window: { readonly ms: number; readonly length: number } | undefined
  return (there) => {
    const now = time()
    if (now - lookedMs > mostBetweenMs) window = undefined
    lookedMs = now
    if (there !== length) {
      length = there
      changedMs = now
    }
    // One that started over is seen anew.
    if (window === undefined || there < window.length) window = { ms: now, length: there }
    const ms = now - window.ms
    if (ms < afterMs) return { silentMs: now - changedMs, slow: false }
    const pace = ((there - window.length) / ms) * 1000
    window = { ms: now, length: there }
    return { silentMs: now - changedMs, slow: pace > 0 && pace < below && (size - there) / pace > afterMs / 1000 }
  }
}

/** How a download that began beside another one gets on. */
export interface Trial {
  /** Why it had better end. `undefined`: it is faster, or it is too early to say. */
  failed(): Promise<string | undefined>
}

/** Whether `own` grows faster than `theirs`, from its first byte of its own on; half as fast again is worth twice the bytes. */
export function startTrial(
  fs: FileSystem,
  own: string,
  theirs: string,
  { afterMs = defaultAfterMs }: Overtaking = {},
): Trial {
  let began: { readonly ms: number; readonly own: number; readonly theirs: number } | undefined
  let first: number | undefined
  let decided = false
  return {
    async failed() {
      if (decided) return undefined
      const [mine, their] = await Promise.all([fs.stat(own), fs.stat(theirs)])
      // Theirs has ended, one way or the other.
      if (their === undefined) return undefined
      const length = mine?.size ?? 0
      first ??= length
      if (length === first) return undefined
      began ??= { ms: performance.now(), own: length, theirs: their.size }
      if (performance.now() - began.ms < afterMs) return undefined
      decided = true
      return length - began.own < 1.5 * (their.size - began.theirs)
        ? 'this one is no faster than the process that downloads it'
        : undefined
    },
  }
}

const pieceBytes = 1024 * 1024

/**
 * Begins with the bytes that another download has. Its digest tells at the end whether they were right; whatever goes wrong
 * here costs a download from the start.
 */
export async function adoptBytes(fs: FileSystem, from: IngestLayout, to: IngestLayout): Promise<void> {
  try {
    const journal = await readJournal(fs, from.journal)
    const length = (await fs.stat(from.data))?.size ?? 0
    // What an earlier trial left may be more.
    if (journal === undefined || ((await fs.stat(to.data))?.size ?? 0) >= length) return
    await fs.removeTree(to.data)
    await copyBytes(fs, from.data, to.data, length)
    await writeJournal(fs, to.journal, { ...journal, synced: 0 })
  } catch {
    await removeQuietly(fs, to.journal)
  }
}

async function copyBytes(fs: FileSystem, from: string, to: string, length: number): Promise<void> {
  const source = await fs.open(from, 'r')
  try {
    const target = await fs.open(to, 'wx')
    try {
      const buffer = new Uint8Array(Math.min(pieceBytes, length))
      for (let at = 0; at < length;) {
        const count = await source.read(buffer.subarray(0, Math.min(buffer.length, length - at)), at)
        if (count === 0) break
        await target.write(buffer.subarray(0, count), at)
        at += count
      }
    } finally {
      await target.close()
    }
  } finally {
    await source.close()
  }
}
