import { TransportError } from '../errors/transport-error.ts'
import { isReading, type Concern } from './wire-request.ts'

/** A kept connection that the server closes just as we ask is nobody's fault: asked once more, without a word (RFC 9110 9.2.2). */
export const askOnceMore =
  (closed: () => boolean): Concern =>
  (next) =>
  async (request, receive, options) => {
    let answered = false
    const once = (): Promise<void> =>
      next(
        request,
        (head) => {
          answered = true
          return receive(head)
        },
        options,
      )
    try {
      await once()
    } catch (error) {
      const lost = error instanceof TransportError && error.code === 'CONNECTION_LOST'
      if (!lost || answered || !isReading(request) || options?.signal?.aborted === true || closed()) throw error
      await once()
    }
  }
