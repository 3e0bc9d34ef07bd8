import type { TransportReceiver, TransportRequest } from '../../transport.ts'
import type { HeadBudget } from '../answer-heads.ts'
import { createAnswerReader } from '../answer/answer-reader.ts'
import { mostInterims, noFinalAnswer } from '../no-final-answer.ts'
import { timedOut } from '../timed-out.ts'
import type { FullTimeouts } from '../timeouts.ts'
import { watchRate } from '../watch-rate.ts'
import type { Connection } from './connection.ts'
import { requestHead } from './request-head.ts'

export interface ExchangeSettings {
  readonly heads: HeadBudget
  readonly timeouts: FullTimeouts
  /** What an error of the connection means. */
  readonly failure: (error: unknown, answered: boolean) => unknown
  readonly signal?: AbortSignal | undefined
  /** The answer is whole, and the connection free for so many milliseconds; 0: not at all. */
  readonly onFree: (ms: number) => void
}

/** Where the server says nothing of it, in milliseconds. */
const keptFor = 15_000

/**
 * One request and its answer.
 *
 * @returns true, or false where the connection had carried a request before, and was gone before a byte of this answer
 *   came: nobody is to blame, and it may be asked on another (RFC 9112 9.3.1)
 */
export function runExchange(
  connection: Connection,
  request: TransportRequest,
  to: TransportReceiver,
  { heads, timeouts, failure, signal, onFree }: ExchangeSettings,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const { host } = request.url
    const answer = createAnswerReader(request.method, heads)
    let answered = false
    let over = false
    let interims = 0
    let pending: Promise<void> | undefined

    const rate = watchRate(timeouts.stall, () => fail(timedOut('stall', host)))
    const headerClock =
      timeouts.headers > 0
        ? setTimeout(() => fail(timedOut('headers', host)), Math.max(timeouts.headers, request.answerTimeout ?? 0))
        : undefined
    /** The last call may still be on its way, or be what just ended us: nobody is told before it has settled. */
    const settle = (tell: () => void): void => {
      if (over) return
      over = true
      rate.stop()
      clearTimeout(headerClock)
      signal?.removeEventListener('abort', onAbort)
      answer.release()
      const told = async (): Promise<void> => {
        // A call that is under way returns before its pause is known.
        await Promise.resolve()
        await pending
        tell()
      }
      void told()
    }
    const fail = (reason: unknown): void => {
      if (over) return
      settle(() => reject(reason))
      connection.destroy()
    }
    const onAbort = (): void => fail(signal?.reason)

    signal?.addEventListener('abort', onAbort, { once: true })
    connection.ask(requestHead(request), {
      answer,
      data: to.data,
      get paused() {
        return pending !== undefined
      },
      pauseFor(wait) {
        rate.pause()
        pending = wait.then(
          () => {
            pending = undefined
            if (over) return
            rate.resume()
            connection.goOn()
          },
          (error: unknown) => {
            pending = undefined
            fail(error)
          },
        )
      },
      count: rate.count,
      interim() {
        interims++
        const { status = 0 } = answer.head ?? {}
        // Nobody asked for another protocol.
        if (status === 101 || interims > mostInterims) fail(noFinalAnswer(status, request.url))
      },
      head() {
        const { status = 0, fields } = answer.head ?? {}
        answered = true
        clearTimeout(headerClock)
        if (request.method !== 'HEAD') rate.start()
        try {
          const wait = to.head(status, { get: (name) => fields?.get(name.toLowerCase()) ?? null })
          if (wait !== undefined) this.pauseFor(wait)
        } catch (error) {
          fail(error)
        }
      },
      end() {
        const ms = answer.keptFor(keptFor)
        settle(() => resolve(true))
        onFree(ms)
      },
      fail,
      broke(error) {
        const again = connection.used && !answer.begun
        settle(() => (again ? resolve(false) : reject(failure(error, answered))))
      },
    })
  })
}
