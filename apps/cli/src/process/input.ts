import type { AbortOptions } from '@lading/clock'
import type { ReadStream } from 'node:tty'
import { CliError } from '../cli-error.ts'
import type { Terminal } from './terminal.ts'

/** Standard input. */
export interface Input {
  /** A person is there to be asked. */
  readonly interactive: boolean
  /** One line from a person; `hidden`: what is typed is not shown. @throws CliError `USAGE` when the input ends */
  ask(question: string, options?: AbortOptions & { readonly hidden?: boolean | undefined }): Promise<string>
  /** All of it as text. @throws CliError `USAGE` above `maxBytes` */
  readAll(maxBytes: number, options?: AbortOptions): Promise<string>
  /** All of it as it comes. Ends with the signal's reason, though nothing comes any more. */
  chunks(options?: AbortOptions): AsyncIterable<Uint8Array>
}

/** A stream of the process as input; questions are written to `terminal`. Node makes it when it is first looked at, and most commands do not. */
export function inputFrom(look: () => NodeJS.ReadStream, terminal: Terminal): Input {
  return {
    get interactive() {
      return look().isTTY
    },
    async ask(question, { hidden = false, signal } = {}) {
      signal?.throwIfAborted()
      const stream = look()
      // Before the question: who answers at once must not be shown either.
      const restore = hidden ? hideTyping(stream) : () => undefined
      // A second Ctrl-C ends the process at once; the terminal must not stay silent.
      process.once('exit', restore)
      try {
        terminal.write(question)
        return await readLine(stream, { signal, hidden })
      } finally {
        process.off('exit', restore)
        restore()
        stream.pause()
        // What was typed has not ended the line where it is hidden, or was Ctrl-C.
        if (hidden || signal?.aborted === true) terminal.write('\n')
      }
    },
    async readAll(maxBytes, { signal } = {}) {
      signal?.throwIfAborted()
      const stream = look()
      const chunks: Uint8Array[] = []
      let size = 0
      const onAbort = (): void => void stream.destroy(signal?.reason as Error)
      signal?.addEventListener('abort', onAbort, { once: true })
      for await (const chunk of stream.iterator({ destroyOnReturn: true }) as AsyncIterable<Uint8Array>) {
        size += chunk.byteLength
        if (size > maxBytes)
          throw new CliError('USAGE', `more than ${maxBytes} bytes on standard input`, {
            hint: 'give only the password',
          })
        chunks.push(chunk)
      }
      signal?.removeEventListener('abort', onAbort)
      return Buffer.concat(chunks).toString('utf8')
    },
    async *chunks({ signal } = {}) {
      signal?.throwIfAborted()
      const stream = look()
      const onAbort = (): void => void stream.destroy(signal?.reason as Error)
      signal?.addEventListener('abort', onAbort, { once: true })
      try {
        yield* stream.iterator({ destroyOnReturn: true }) as AsyncIterable<Uint8Array>
      } finally {
        signal?.removeEventListener('abort', onAbort)
      }
    },
  }
}

function hideTyping(stream: ReadStream): () => void {
  stream.setRawMode(true)
  return () => void stream.setRawMode(false)
}

/** In raw mode the terminal edits nothing, so this does: backspace, Ctrl-U, Ctrl-C, Ctrl-D. */
function readLine(
  stream: NodeJS.ReadStream,
  { signal, hidden }: AbortOptions & { readonly hidden: boolean },
): Promise<string> {
  return new Promise((resolve, reject) => {
    let line = ''
    const decoder = new TextDecoder()
    const done = (how: () => void): void => {
      stream.off('data', onData).off('end', onEnd)
      signal?.removeEventListener('abort', onAbort)
      how()
    }
    const onAbort = (): void => done(() => reject(signal?.reason as Error))
    const onEnd = (): void => done(() => reject(new CliError('USAGE', 'the input ended without an answer')))
    const onData = (chunk: Uint8Array): void => {
      for (const unit of decoder.decode(chunk, { stream: true })) {
        if (unit === '\n' || unit === '\r') return done(() => resolve(line))
        if (!hidden) line += unit
        else if (unit === '\u0003') process.kill(process.pid, 'SIGINT')
        else if (unit === '\u0004' && line === '') return onEnd()
        else if (unit === '\u0015') line = ''
        else if (unit === '\u007f' || unit === '\b') line = Array.from(line).slice(0, -1).join('')
        else line += unit
      }
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    stream.on('data', onData).once('end', onEnd).resume()
  })
}
