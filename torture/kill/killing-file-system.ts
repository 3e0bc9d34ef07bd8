import type { FileHandle, FileSystem } from '@lading/content-store'

type Method = (...args: never[]) => unknown

/** Everything after which the disk is another. A read changes nothing, so a kill before one is a kill after what came before it. */
const changing = new Set(
  'open mkdir rename moveDirectory link unlink removeTree chmod touch syncDirectory write truncate sync'.split(' '),
)

export interface Watch {
  /** How many calls changed something so far. */
  readonly count: () => number
  readonly fs: FileSystem
}

/**
 * Does what `fs` does, and calls `at` before the Nth call that changes something; of a `write`, when half of it was written.
 *
 * @param also called before each look and each rename, with its number: for processes that stop there
 */
export function watchFileSystem(
  fs: FileSystem,
  at: (count: number) => void | Promise<void>,
  also: (count: number) => void | Promise<void> = () => {},
): Watch {
  let count = 0
  let looks = 0

  function wrap<T extends object>(target: T): T {
    return new Proxy(target, {
      get(from, name) {
        const value: unknown = Reflect.get(from, name)
        if (typeof value !== 'function' || typeof name !== 'string') return value
        const method = (value as Method).bind(from) as (...args: unknown[]) => unknown
        return async (...args: unknown[]) => {
          if (name === 'stat' || name === 'rename') await also(++looks)
          if (changing.has(name)) {
            const now = ++count
            if (name === 'write') await writeHalf(method, args, () => at(now))
            else await at(now)
          }
          const result = await method(...args)
          return name === 'open' ? wrap(result as FileHandle) : result
        }
      },
    })
  }
  return { count: () => count, fs: wrap(fs) }
}

/** The whole is written after it: a process that lives on has written what it should. */
async function writeHalf(
  write: (...args: unknown[]) => unknown,
  [bytes, position]: readonly unknown[],
  then: () => void | Promise<void>,
): Promise<void> {
  const whole = Buffer.concat(bytes instanceof Uint8Array ? [bytes] : (bytes as readonly Uint8Array[]))
  await write(whole.subarray(0, whole.length >> 1), position)
  await then()
}
