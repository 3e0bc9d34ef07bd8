import { ContentError } from '@lading/content-store'
import { orAbort, type AbortOptions } from '@lading/clock'
import { ObjectsError } from '../objects-error.ts'
import type { ListedObject, Objects } from '../objects.ts'
import { createBucket, type Bucket } from './bucket.ts'
import type { Faults, ObjectsRequest } from './faults.ts'

export interface MemoryObjectsOptions {
  /** Default: one of its own. */
  readonly bucket?: Bucket | undefined
  /** Default none. */
  readonly faults?: Faults | undefined
  /** Of a list, in keys. Default 1000. */
  readonly pageSize?: number | undefined
  /** What `modifiedMs` is taken from. Default `Date.now`. */
  readonly date?: (() => number) | undefined
}

/**
 * An object store in memory, as a real one answers: a conditional create has exactly one winner, and a list shows what was
 * there when its page was read. With `faults` it fails as real ones do, and it is up to `steadyObjects` to go on.
 */
export function memoryObjects({
  bucket: { objects } = createBucket(),
  faults = () => undefined,
  pageSize = 1000,
  date = Date.now,
}: MemoryObjectsOptions = {}): Objects {
  let requests = 0

  /** `take` takes effect in one step. */
  async function ask<T>(
    operation: ObjectsRequest['operation'],
    key: string,
    { signal, take }: AbortOptions & { readonly take: () => T },
  ): Promise<T> {
    signal?.throwIfAborted()
    const fault = await orAbort(Promise.resolve(faults({ operation, key, nth: ++requests })), { signal })
    if (fault === 'stopped') return new Promise(() => {})
    if (fault === 'busy' || fault === 'conflict') throw busy(fault === 'busy' ? 503 : 409, key)
    if (fault === 'lost') throw silent(key)
    const answer = take()
    if (fault === 'stopped after') return new Promise(() => {})
    if (fault === 'answer lost') throw silent(key)
    return answer
  }

  const store = (key: string, bytes: Uint8Array): void =>
    void objects.set(key, { bytes: new Uint8Array(bytes), modifiedMs: date() })

  function page(prefix: string, after: string | undefined): readonly ListedObject[] {
    const keys: string[] = []
    for (const key of objects.keys()) if (key.startsWith(prefix) && (after === undefined || key > after)) keys.push(key)
    return keys
      .toSorted((one, other) => (one < other ? -1 : 1))
      .slice(0, pageSize)
      .flatMap((key) => {
        const there = objects.get(key)
        return there === undefined ? [] : [{ key, size: there.bytes.length, modifiedMs: there.modifiedMs }]
      })
  }

  return {
    create: (key, bytes, options) =>
      ask('create', key, {
        ...options,
        take: () => {
          if (objects.has(key)) return 'exists'
          store(key, bytes)
          return 'created'
        },
      }),
    put: (key, bytes, options) => ask('put', key, { ...options, take: () => store(key, bytes) }),
    get: (key, { maxBytes = Infinity, range, signal } = {}) =>
      ask('get', key, {
        signal,
        take: () => {
          const bytes = objects.get(key)?.bytes
          if (bytes === undefined) return undefined
          const wanted = bytes.slice(range?.start, range?.end)
          if (wanted.length > maxBytes) throw tooLarge(key, wanted.length, maxBytes)
          return wanted
        },
      }),
    stat: (key, options) =>
      ask('stat', key, {
        ...options,
        take: () => {
          const there = objects.get(key)
          return there && { size: there.bytes.length }
        },
      }),
    remove: (key, options) => ask('remove', key, { ...options, take: () => void objects.delete(key) }),
    async *list(prefix, { after, signal } = {}) {
      let from = after
      for (;;) {
        const last = from
        const listed = await ask('list', prefix, { signal, take: () => page(prefix, last) })
        yield* listed
        if (listed.length < pageSize) return
        from = listed.at(-1)?.key
      }
    },
  }
}

const busy = (status: number, key: string): ObjectsError =>
  new ObjectsError('STORE_BUSY', `the object store answers ${status} about ${key}`, { status, hint: 'try again' })

const silent = (key: string): ObjectsError =>
  new ObjectsError('STORE_SILENT', `no answer of the object store about ${key}`, { hint: 'try again' })

const tooLarge = (key: string, actual: number, expected: number): ContentError =>
  new ContentError('TOO_LARGE', `${key} has ${actual} bytes, and at most ${expected} are read`, {
    expected,
    actual,
    hint: 'raise maxBytes',
  })
