import type { GiveBack } from '@lading/content'
import type { ServerResponse } from 'node:http'

/** An answer on its way to a client, at the client's pace. */
export interface Response {
  readonly isHead: boolean
  /** Of the body, handed to the connection. */
  readonly bytes: number
  readonly begun: boolean
  /** The head: once. */
  begin(status: number, headers: Readonly<Record<string, string | number>>): void
  /** A promise asks for a pause. @throws the reason of the signal once the client is gone */
  write(chunk: Uint8Array, giveBack?: GiveBack): void | Promise<void>
  end(): void
  /** The whole of a small one. */
  send(status: number, headers: Readonly<Record<string, string | number>>, body: Uint8Array): void
  /** Ends the connection in the middle, so that nobody takes what came for all of it. */
  cut(): void
}

/** @param signal goes off when the client is gone */
export function createResponse(response: ServerResponse, isHead: boolean, signal: AbortSignal): Response {
  let bytes = 0
  const drained = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const settle = (): void => {
        response.off('drain', settle)
        signal.removeEventListener('abort', settle)
        if (signal.aborted) reject(signal.reason as Error)
        else resolve()
      }
      response.once('drain', settle)
      signal.addEventListener('abort', settle)
    })
  return {
    isHead,
    get bytes() {
      return bytes
    },
    get begun() {
      return response.headersSent
    },
    begin(status, headers) {
      response.writeHead(status, { 'x-content-type-options': 'nosniff', ...headers })
    },
    write(chunk, giveBack) {
      signal.throwIfAborted()
      bytes += chunk.byteLength
      const goesOn = response.write(chunk, giveBack === undefined ? undefined : () => giveBack())
      return goesOn ? undefined : drained()
    },
    end: () => void response.end(),
    send(status, headers, body) {
      response.writeHead(status, {
        'x-content-type-options': 'nosniff',
        'content-length': body.byteLength,
        ...headers,
      })
      if (!isHead) bytes += body.byteLength
      response.end(isHead ? undefined : body)
    },
    cut: () => void response.destroy(),
  }
}
