import type { TransportReceiver } from '../../transport.ts'
import type { AnswerReader } from '../answer/answer-reader.ts'

/** One request on a connection, as the connection sees it: it reads the answer, and tells what it finds. */
export interface Exchange {
  readonly answer: AnswerReader
  /** Takes the body, without anybody in between. */
  readonly data: TransportReceiver['data']
  /** The receiver asked for a pause that is not over. */
  readonly paused: boolean
  pauseFor(wait: Promise<void>): void
  count(bytes: number): void
  interim(): void
  head(): void
  /** The answer is whole. The connection has let go of the exchange. */
  end(): void
  /** The receiver failed. */
  fail(reason: unknown): void
  /** The connection broke, or what came on it is no answer. */
  broke(error: unknown): void
}
