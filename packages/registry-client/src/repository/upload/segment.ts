import { RegistryError } from '../../errors/registry-error.ts'
import { createHandover } from '../handover.ts'

/** One request whose body is written while it runs. */
export interface Segment {
  /** Bytes that its body still wants. */
  readonly left: number
  /** Resolves when the request took the bytes, or has ended without them. */
  write(bytes: Uint8Array): Promise<void>
  /** @throws what the request failed with; `UPLOAD_FAILED` when it ended before its body did */
  end(): Promise<void>
  /** What the request failed with, once it has. */
  readonly failure: { readonly error: unknown } | undefined
  /** Breaks the request off, and waits until it has ended. */
  abandon(): Promise<void>
}

/** How the request is made. The body can be read once: a request that was lost with some of it is lost. */
type Request = (body: () => AsyncIterable<Uint8Array>, signal: AbortSignal) => Promise<void>

/**
 * @param length of the body, in bytes; at least 1
 * @param onFailure told what the request failed with, as soon as it has
 */
export function openSegment(length: number, request: Request, onFailure: (error: unknown) => void): Segment {
  const handover = createHandover()
  const left = new AbortController()
  let wanted = length
  let taken = false
  let given: Promise<void> = Promise.resolve()
  let failure: { readonly error: unknown } | undefined

  async function* body(): AsyncGenerator<Uint8Array, void, undefined> {
    if (taken) throw spent()
    for (let rest = length; rest > 0;) {
      const bytes = await handover.take()
      if (bytes === undefined) return
      taken = true
      rest -= bytes.byteLength
      yield bytes
    }
  }
  const fail = (error: unknown): void => {
    failure = { error }
    onFailure(error)
  }
  const running = request(body, left.signal)
    .then(() => {
      if (wanted > 0) fail(early())
    }, fail)
    .finally(handover.leave)
  return {
    get left() {
      return wanted
    },
    get failure() {
      return failure
    },
    write(bytes) {
      wanted -= bytes.byteLength
      return (given = given.then(() => handover.give(bytes)))
    },
    async end() {
      await running
      if (failure !== undefined) throw failure.error
    },
    async abandon() {
      left.abort(new Error('the upload was cancelled'))
      handover.end()
      await running
    },
  }
}

function spent(): RegistryError {
  return new RegistryError('UPLOAD_FAILED', 'a part of an upload was asked for twice, and can be sent once', {
    hint: 'try again: only what the registry does not have is sent',
  })
}

function early(): RegistryError {
  return new RegistryError('UPLOAD_FAILED', 'the registry accepted a part of an upload before all of it was sent', {
    hint: 'try again: only what the registry does not have is sent',
  })
}
