import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { AbortOptions } from '@lading/clock'
import type { Written } from '../finish-unpacking.ts'
import { fromFailure } from './failure.ts'
import type { InflateJob, InflateMessage, LayerFile } from './inflate-worker.ts'
import { createRing, letLayer, stopRing } from './ring.ts'
import type { WriteJob, WriteMessage } from './write-worker.ts'

/** A layer that is a file, or will be one when it has arrived. */
interface ArrivingFile {
  readonly file: LayerFile
  readonly arrival?: ((options: AbortOptions) => Promise<void>) | undefined
}

/** Where the threads' files are, from source, from `dist` and from a bundle that ships them; `undefined`: they are not here. */
export function threadFiles(): { readonly inflate: URL; readonly write: URL } | undefined {
  try {
    const base = import.meta.url
    const ending = base.endsWith('.ts') ? 'ts' : 'js'
    const [inflate, write] = [`./inflate-worker.${ending}`, `./write-worker.${ending}`].map(
      (name) => new URL(name, base),
    )
    return inflate !== undefined &&
      write !== undefined &&
      [inflate, write].every((url) => existsSync(fileURLToPath(url)))
      ? { inflate, write }
      : undefined
  } catch {
    return undefined
  }
}

const joined = /^(?:--conditions=|-C=)/

/**
 * Unpacks layers that are files: one thread decompresses and hashes, one writes. It resolves, or rejects, when both
 * have ended.
 *
 * @throws what either throws; the signal's reason
 */
export async function unpackInThreads(
  layers: readonly ArrivingFile[],
  job: Omit<WriteJob, 'ring' | 'layers'>,
  {
    files,
    onLayer,
    signal,
  }: AbortOptions & {
    readonly files: { readonly inflate: URL; readonly write: URL }
    readonly onLayer: (index: number) => void
  },
): Promise<Written> {
  const ring = createRing()
  const over = new AbortController()
  let done: Written | undefined
  let failed: { readonly error: unknown } | undefined
  let unread: { readonly error: unknown } | undefined
  const fail = (error: unknown): void => {
    failed ??= { error }
    stopRing(ring)
    over.abort()
  }
  const onMessage = (message: InflateMessage | WriteMessage): void => {
    if (message.kind === 'unread') {
      // The writing thread is behind, and may fail at earlier bytes: its error then always counts.
      unread = { error: fromFailure(message.failure) }
      over.abort()
    } else if (message.kind === 'failed') fail(fromFailure(message.failure))
    else if (message.kind === 'done') done = message
    else
      try {
        onLayer(message.index)
      } catch (error) {
        fail(error)
      }
  }
  const start = (url: URL, workerData: InflateJob | WriteJob): Promise<void> =>
    new Promise((resolve) => {
      const execArgv = process.execArgv.filter((flag) => joined.test(flag))
      const worker = new Worker(url, { name: 'lading-unpack', workerData, execArgv })
      worker.on('message', onMessage)
      worker.on('error', fail)
      worker.on('exit', () => resolve())
    })
  const onAbort = (): void => fail(signal?.reason)
  signal?.addEventListener('abort', onAbort, { once: true })
  const letIn = async (): Promise<void> => {
    try {
      for (const { arrival } of layers) {
        await arrival?.({ signal: over.signal })
        letLayer(ring)
      }
    } catch (error) {
      fail(error)
    }
  }
  try {
    await Promise.all([
      letIn(),
      start(files.inflate, { ring, layers: layers.map(({ file }) => file) }),
      start(files.write, { ...job, ring, layers: layers.length }),
    ])
  } finally {
    signal?.removeEventListener('abort', onAbort)
  }
  failed ??= unread
  if (failed !== undefined) throw failed.error
  if (done === undefined) throw new Error('a thread ended without a result')
  return done
}
