import type { Parser } from './parser.ts'
import { TarError } from './tar-error.ts'
import type { Turns } from './turns.ts'

/** Where bodies come from: one parser, whose steps are taken in turn, and what feeds it. */
export interface BodySource {
  readonly parser: Parser
  readonly turns: Turns
  readonly feed: () => Promise<void>
}

type Result = IteratorResult<Uint8Array, undefined>

const over: Result = { done: true, value: undefined }

/** A body is made for every entry of an archive, and most are small: an object with its methods on a prototype costs a fraction of a generator. */
export class EntryBody implements AsyncIterableIterator<Uint8Array, undefined> {
  readonly #from: BodySource
  #state: 'unread' | 'reading' | 'over' | 'left' = 'unread'

  constructor(from: BodySource) {
    this.#from = from
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array, undefined> {
    if (this.#state !== 'unread') return gone
    this.#state = 'reading'
    return this
  }

  next(): Promise<Result> {
    return this.#from.turns.take(this.#step)
  }

  return(): Promise<Result> {
    if (this.#state === 'reading') this.#state = 'over'
    return Promise.resolve(over)
  }

  /** The reader goes on to the next entry. */
  leave(): void {
    this.#state = this.#state === 'over' ? 'over' : 'left'
    this.#from.parser.skipBody()
  }

  readonly #step = (): Result | Promise<Result> => {
    if (this.#state === 'over') return over
    if (this.#state === 'left') return Promise.reject(goneError())
    const { parser, feed } = this.#from
    switch (parser.next()) {
      case 'piece':
        return { done: false, value: parser.piece }
      case 'body-end':
        this.#state = 'over'
        return over
      default:
        return feed().then(this.#step)
    }
  }
}

const goneError = (): TarError =>
  new TarError('TAR_BODY_GONE', 'the body of a tar entry is read once, before the next entry is asked for', {
    hint: 'keep what is needed later',
  })

const gone: AsyncIterableIterator<Uint8Array, undefined> = {
  [Symbol.asyncIterator]: () => gone,
  next: () => Promise.reject(goneError()),
}
