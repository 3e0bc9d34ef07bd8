import { exitCodes } from '../exit-codes.ts'

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
