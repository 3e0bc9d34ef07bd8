import { growingBytes } from '../state/growing-bytes.ts'

/** After the limit so much more is read and thrown away: a client that is still sending when the answer comes may never see it. */
export const lingerBytes: number = 16 * 1024 * 1024

/** The whole body, or `undefined` when it is longer than `limit` bytes. */
export async function readBody(body: AsyncIterable<Uint8Array>, limit: number): Promise<Uint8Array | undefined> {
  const bytes = growingBytes()
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size <= limit) bytes.append(chunk)
    else if (size > limit + lingerBytes) break
  }
  return size > limit ? undefined : bytes.take()
}
