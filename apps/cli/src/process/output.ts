import { exitCodes } from '../exit-codes.ts'

/** Standard output for bytes as they are. */
export interface Output {
  /** A person sees it, and bytes could do harm there. */
  readonly interactive: boolean
  /** Resolves when the bytes were taken: whoever writes more waits for that. */
  write(bytes: Uint8Array): Promise<void>
}

export function outputOn(stream: NodeJS.WriteStream): Output {
  return {
    interactive: stream.isTTY,
    write: (bytes) =>
      new Promise((resolve, reject) => {
        // A closed pipe ends the process where that is handled; here nobody needs to hear of it twice.
        stream.write(bytes, (error) => (error == null ? resolve() : reject(error)))
      }),
  }
}

/**
 * A reader that has seen enough is no failure: when stdout is closed we end quietly, when stderr is closed we go on
 * without saying anything.
 */
export function tolerateClosedPipes(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(exitCodes.ok)
  })
  process.stderr.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error
  })
}
