import type { Writable } from 'node:stream'
import type { Content } from '../state/content.ts'
import { keepPace, pacedSize, type Lane } from './pace.ts'

/** Resolves when the bytes are with the operating system: from then on their buffer may be used again. */
export const write = (out: Writable, part: Uint8Array, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const left = (): void => reject(signal.reason as Error)
    signal.throwIfAborted()
    signal.addEventListener('abort', left, { once: true })
    out.write(part, (error) => {
      signal.removeEventListener('abort', left)
      if (error) reject(error)
      else resolve()
    })
  })

export interface WriteOptions {
  readonly lanes: readonly Lane[]
  readonly signal: AbortSignal
  /** Called with the size of each part that is written. */
  count(bytes: number): void
}

/** Content from `start` to `end`, at the lanes' pace. */
export async function writeContent(
  out: Writable,
  content: Content,
  start: number,
  end: number,
  { lanes, signal, count }: WriteOptions,
): Promise<void> {
  if (start >= end) return
  for await (const chunk of content.read(start, end)) {
    const step = lanes.length === 0 ? chunk.length : pacedSize(lanes)
    for (let at = 0; at < chunk.length; at += step) {
      const part = chunk.subarray(at, at + step)
      if (lanes.length > 0) await keepPace(lanes, part.length, signal)
      const written = write(out, part, signal)
      count(part.length)
      await written
    }
  }
}
