import type { Parser } from './parser.ts'
import { TarError } from './tar-error.ts'
import type { Turns } from './turns.ts'

/** The source of bodies: one parser, whose steps run one after the other, and its input. */
export interface BodySource {
  readonly parser: Parser
  readonly turns: Turns
  readonly feed: () => Promise<void>
}

type Result = IteratorResult<Uint8Array, undefined>

const over: Result = { done: true, value: undefined }

/** A class, because a body is created for every entry, and most are small: it costs a fraction of a generator. */
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

  /** The reader continues with the next entry. */
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
  new TarError(
    'TAR_BODY_GONE',
    'the body of a tar entry can be read only once, and only before the next entry is requested',
    {
      hint: 'keep the bytes that you need later',
    },
  )

const gone: AsyncIterableIterator<Uint8Array, undefined> = {
  [Symbol.asyncIterator]: () => gone,
  next: () => Promise.reject(goneError()),
}
