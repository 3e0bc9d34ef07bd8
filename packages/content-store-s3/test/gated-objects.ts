import type { Objects } from '@lading/content-store-s3'

/** A process's view of a store that stands still at one step, for good or until it is let go. */
export interface Gate {
  readonly objects: Objects
  /** Settles when it stands still. */
  readonly reached: Promise<void>
  letGo(): void
}

/** @param at `nth`: the request, from 1; `after`: it takes effect before the process stands still. All later ones wait, too. */
export function gatedObjects(inner: Objects, { nth, after }: { readonly nth: number; readonly after: boolean }): Gate {
  const reached = Promise.withResolvers<void>()
  const open = Promise.withResolvers<void>()
  let asked = 0
  const step = async <T>(request: () => Promise<T>): Promise<T> => {
    asked += 1
    if (asked < nth) return request()
    const early = after && asked === nth ? await request() : undefined
    reached.resolve()
    await open.promise
    return after && early !== undefined ? early : request()
  }
  return {
    objects: {
      create: (...of) => step(() => inner.create(...of)),
      put: (...of) => step(() => inner.put(...of)),
      get: (...of) => step(() => inner.get(...of)),
      stat: (...of) => step(() => inner.stat(...of)),
      remove: (...of) => step(() => inner.remove(...of)),
      async *list(...of) {
        yield* await step(async () => allOf(inner.list(...of)))
      },
    },
    reached: reached.promise,
    letGo: open.resolve,
  }
}

export async function allOf<T>(each: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = []
  for await (const one of each) all.push(one)
  return all
}
