import type { Output } from '../../process/output.ts'

/** More than a pipe that somebody reads ever has before it, in UTF-16 units. */
const mostWaiting = 1024 * 1024

/** Writes lines that nobody waits for: where they are taken too slowly, some are left out, and the next that is not says how many. */
export function boundedLines(output: Pick<Output, 'write'>): (line: string) => void {
  let waiting = 0
  let lost = 0
  let ended = false
  const write = (line: string): void => {
    waiting += line.length
    output.write(Buffer.from(`${line}\n`)).then(
      () => (waiting -= line.length),
      () => (ended = true),
    )
  }
  return (line) => {
    if (ended) return
    if (waiting > mostWaiting) {
      lost += 1
      return
    }
    if (lost > 0) write(`(${lost} lines were lost: the reader was too slow)`)
    lost = 0
    write(line)
  }
}
