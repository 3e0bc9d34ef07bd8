import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '@lading/clock'
import { nodeFileSystem } from '@lading/content-store'
import { unsyncedFileSystem } from '@lading/content-store/testing'
import { openStore, type Store } from '@lading/store'
import { openMemoryStore } from '@lading/store/memory'
import { onTestFinished } from 'vitest'
import { atScale } from '../../../../test/support/scale.ts'
import {
  createDownloads,
  type Content,
  type Downloads,
  type DownloadsOptions,
  type ServeEvent,
  type SharedBlob,
  type WantedBlob,
} from '../../src/index.ts'
import { contentOf } from './content-of.ts'
import type { ScriptedSource } from './scripted-source.ts'

/** Time that moves when it is told; waits of retries are over at once. */
export interface TestClock extends Clock {
  /** Moves it, so that what waits for it goes on. */
  pass(ms: number): void
}

/** @param patient waits of at least so many milliseconds are over only when time passes */
export function testClock(patient = 30_000): TestClock {
  let now = 0
  const waiting = new Set<() => void>()
  return {
    now: () => now,
    random: () => 0.5,
    sleep: (ms, { signal } = {}) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(signal.reason as Error)
        if (ms < patient) {
          now += ms
          return void setImmediate(resolve)
        }
        const due = now + ms
        const look = (): void => {
          if (now < due) return
          waiting.delete(look)
          resolve()
        }
        signal?.addEventListener('abort', () => {
          waiting.delete(look)
          reject(signal.reason as Error)
        })
        waiting.add(look)
      }),
    pass(ms) {
      now += ms
      for (const look of waiting) look()
    },
  }
}

export interface Scene {
  readonly store: Store
  readonly content: Content
  readonly downloads: Downloads
  readonly clock: TestClock
  readonly events: ServeEvent[]
  open(source: ScriptedSource, more?: Partial<WantedBlob> & { readonly signal?: AbortSignal }): Promise<SharedBlob>
}

export async function fileStore(root?: string): Promise<Store> {
  const folder = root ?? (await mkdtemp(join(tmpdir(), 'lading-serve-')))
  const store = await openStore({
    root: join(folder, 'store'),
    fs: atScale(unsyncedFileSystem(), nodeFileSystem()),
    workers: 0,
  })
  onTestFinished(async () => {
    await store.close()
    if (root === undefined) await rm(folder, { recursive: true, force: true })
  })
  return store
}

/** Downloads into a store of their own; all gone when the test ends. */
export function scene(options: Partial<DownloadsOptions> & { readonly store?: Store } = {}): Scene {
  const { store = openMemoryStore(), ...more } = options
  const content = contentOf(store)
  const clock = testClock()
  const events: ServeEvent[] = []
  const downloads = createDownloads({ content, clock, onEvent: (event) => events.push(event), ...more })
  onTestFinished(() => downloads.close())
  return {
    store,
    content,
    downloads,
    clock,
    events,
    open: (source, { signal, ...wanted } = {}) =>
      downloads.open(
        { digest: source.digest, from: () => source, host: 'upstream.test', repository: 't/app', ...wanted },
        { signal },
      ),
  }
}

/** All of a range, and what it ended with. */
export async function readAll(
  blob: SharedBlob,
  { start = 0, end = blob.size, signal }: { start?: number; end?: number; signal?: AbortSignal } = {},
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  for await (const piece of blob.read({ start, end }, { signal })) pieces.push(piece)
  return new Uint8Array(Buffer.concat(pieces))
}

/** A reader that asks for a piece at a time. */
export function reading(
  blob: SharedBlob,
  { start = 0, end = blob.size }: { start?: number; end?: number } = {},
): { upTo(count: number): Promise<Uint8Array>; rest(): Promise<Uint8Array> } {
  const iterator = blob.read({ start, end })[Symbol.asyncIterator]()
  const take = async (enough: (length: number) => boolean): Promise<Uint8Array> => {
    const pieces: Uint8Array[] = []
    let length = 0
    while (!enough(length)) {
      const { done, value } = await iterator.next()
      if (done === true) break
      pieces.push(value)
      length += value.byteLength
    }
    return new Uint8Array(Buffer.concat(pieces))
  }
  return { upTo: (count) => take((length) => length >= count), rest: () => take(() => false) }
}

/** A few turns of the event loop, for what nobody can be asked about. */
export const turns = async (count = 20): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => void setImmediate(resolve))
}
