import type { Output } from '../process/output.ts'

/** So much is written at once, in UTF-16 units. */
const enough = 64 * 1024

/**
 * Prints lines as they come. Those of one moment are one write; whoever takes them slowly is waited for, so that a list of
 * any length fits in memory.
 */
export async function printLines(lines: AsyncIterable<string> | Iterable<string>, output: Output): Promise<void> {
  let text = ''
  let writing: Promise<void> = Promise.resolve()
  let refused = false
  let soon: NodeJS.Immediate | undefined
  const flush = (): Promise<void> => {
    clearImmediate(soon)
    soon = undefined
    const bytes = new TextEncoder().encode(text)
    text = ''
    if (bytes.byteLength > 0) writing = writing.then(() => output.write(bytes))
    // Whoever waits for it is told; and nothing more is asked for.
    writing.catch(() => (refused = true))
    return writing
  }
  try {
    for await (const line of lines) {
      if (refused) break
      text += `${line}\n`
      if (text.length >= enough) await flush()
      else soon ??= setImmediate(() => void flush())
    }
  } finally {
    await flush()
  }
}
