import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { memoryContent, wholeContent, type Content } from '../state/content.ts'

const blanks = new Uint8Array(64 * 1024).fill(0x20)

/** Blanks without end: a JSON parser that waits for the end waits for ever. */
export const endless: Content = {
  size: Number.POSITIVE_INFINITY,
  *read(start, end) {
    for (let at = start; at < end; at += blanks.length) yield blanks.subarray(0, Math.min(blanks.length, end - at))
  },
}

export const gzipped = async (content: Content): Promise<Content> =>
  memoryContent(await promisify(gzip)(await wholeContent(content), { level: 1 }))

/** One after the other. */
export const joined = (first: Content, second: Content): Content => ({
  size: first.size + second.size,
  async *read(start, end) {
    if (start < first.size) yield* first.read(start, Math.min(end, first.size))
    if (end > first.size) yield* second.read(Math.max(0, start - first.size), end - first.size)
  },
})

/** The lowest bit of one byte is the other way round. Beyond the end: of the last byte. */
export function flipped(content: Content, offset: number): Content {
  const place = Math.min(offset, content.size - 1)
  return {
    size: content.size,
    async *read(start, end) {
      let at = start
      for await (const chunk of content.read(start, end)) {
        if (place >= at && place < at + chunk.length) {
          const copy = Uint8Array.from(chunk)
          copy[place - at] = (copy[place - at] ?? 0) ^ 1
          yield copy
        } else {
          yield chunk
        }
        at += chunk.length
      }
    },
  }
}
