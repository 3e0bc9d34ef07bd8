import { constants, open } from 'node:fs'
import { Socket } from 'node:net'
import { promisify } from 'node:util'
import { sleep, type AbortOptions } from '@lading/clock'

/** Between two looks whether somebody reads the pipe yet, in milliseconds. */
const lookEveryMs = 50

/** The end of a named pipe that is written to. */
export interface OutputPipe {
  /** @throws what the operating system says, `EPIPE` when nobody reads any more; the signal's reason */
  write(bytes: Uint8Array): Promise<void>
  /** Idempotent; does not reject. */
  close(): Promise<void>
}

/**
 * Opens a named pipe, once somebody reads it. It is never opened for reading as well, which would hide that its reader is
 * gone; nor so that a write blocks a thread, which no signal would end.
 *
 * @throws what the operating system says; the signal's reason
 */
export async function openOutputPipe(path: string, { signal }: AbortOptions = {}): Promise<OutputPipe> {
  const socket = new Socket({ fd: await openOnceRead(path, { signal }), readable: false, writable: true })
  let failure: Error | undefined
  socket.on('error', (error) => (failure ??= error))
  const stop = (): void => void socket.destroy()
  signal?.addEventListener('abort', stop, { once: true })
  return {
    async write(bytes) {
      signal?.throwIfAborted()
      if (failure !== undefined) throw failure
      await new Promise<void>((resolve, reject) => {
        socket.write(bytes, (error) => {
          if (error === undefined || error === null) resolve()
          else reject((signal?.aborted === true ? signal.reason : error) as Error)
        })
      })
    },
    async close() {
      signal?.removeEventListener('abort', stop)
      if (socket.closed) return
      const closed = new Promise((resolve) => socket.once('close', resolve))
      socket.destroy()
      await closed
    },
  }
}

async function openOnceRead(path: string, { signal }: AbortOptions): Promise<number> {
  for (;;) {
    signal?.throwIfAborted()
    try {
      return await promisify(open)(path, constants.O_WRONLY | constants.O_NONBLOCK)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENXIO') throw error
    }
    await sleep(lookEveryMs, { signal })
  }
}
