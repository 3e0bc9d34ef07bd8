import { stat } from 'node:fs/promises'

/** A file that others may change while it is used. */
export interface WatchedFile<Content> {
  /** What is in it, no older than `everyMs`. */
  current(): Promise<Content>
}

/**
 * Reads a file again when it has changed. What cannot be read then is told, and what was there before stays: whoever writes
 * it may be in the middle of it.
 *
 * @param options.everyMs how often it is looked at, at most, in milliseconds. Default 1000.
 * @throws what `read` throws, the first time
 */
export async function watchFile<Content>(
  path: string,
  read: (path: string) => Promise<Content>,
  {
    everyMs = 1000,
    now = () => performance.now(),
    onProblem,
  }: {
    readonly everyMs?: number | undefined
    readonly now?: (() => number) | undefined
    readonly onProblem?: ((error: unknown) => void) | undefined
  } = {},
): Promise<WatchedFile<Content>> {
  let seen = await stampOf(path)
  let content = await read(path)
  let looked = now()
  let looking: Promise<void> | undefined
  const look = async (): Promise<void> => {
    const stamp = await stampOf(path)
    if (stamp === seen) return
    // Also of what is broken: it is told once, and read again when it is another.
    seen = stamp
    content = await read(path)
  }
  return {
    async current() {
      if (now() - looked >= everyMs) {
        looked = now()
        looking = look().catch((error: unknown) => onProblem?.(error))
      }
      await looking
      return content
    },
  }
}

/** `undefined`: not there, which `read` says better. */
async function stampOf(path: string): Promise<string | undefined> {
  try {
    const { mtimeNs, size, ino } = await stat(path, { bigint: true })
    return `${mtimeNs} ${size} ${ino}`
  } catch {
    return undefined
  }
}
