import { encodeTarHeader, END_OF_ARCHIVE, tarPadding } from '@lading/tar'
import type { ArchiveSink } from './archive-sink.ts'

/** Writes the members of an archive one after the other, with one chunk in memory. */
export interface MemberWriter {
  /** Whether written bytes can be removed again. */
  readonly rewinds: boolean
  /** Calls the sink's `finish`. */
  readonly givesBack: true | undefined
  /** How many bytes were given to the sink. */
  readonly position: number
  /** Throws what the sink has thrown. */
  assertSound(): void
  /** The header of a file whose body of `size` bytes comes next. */
  begin(path: string, size: number): Promise<void>
  /** A part of the body. What is written before an earlier write has settled waits for it. */
  write(bytes: Uint8Array): void | Promise<void>
  /** The body of `size` bytes was written. */
  end(size: number): Promise<void>
  /** Removes what follows `position`. */
  rewind(position: number): Promise<void>
  /** Resolves when the sink has accepted everything that was written. */
  drain(): Promise<void>
  /** Nothing more comes. */
  finish(): Promise<void>
}

// No time and no owner: the same content must produce the same bytes.
const constant = { type: 'file', mode: 0o644, uid: 0, gid: 0, mtime: { seconds: 0, nanoseconds: 0 } } as const

export function memberWriter(sink: ArchiveSink): MemberWriter {
  let position = 0
  let pending: Promise<void> | undefined
  let failure: { readonly error: unknown } | undefined

  const assertSound = (): void => {
    if (failure !== undefined) throw failure.error
  }
  const fail = (error: unknown): never => {
    failure ??= { error }
    throw error
  }
  /** One write at a time; after a failed one it is unknown how much the sink has accepted. */
  const put = (bytes: Uint8Array): void | Promise<void> => {
    assertSound()
    if (bytes.byteLength === 0) return pending
    position += bytes.byteLength
    let taken: void | Promise<void>
    try {
      taken = pending === undefined ? sink.write(bytes) : pending.then(() => sink.write(bytes))
    } catch (error) {
      return fail(error)
    }
    if (taken === undefined) return undefined
    const settled: Promise<void> = taken.then(() => {
      if (pending === settled) pending = undefined
    }, fail)
    pending = settled
    // A caller that does not wait for it gets the error from the next write.
    settled.catch(() => {})
    return settled
  }

  return {
    rewinds: sink.truncate !== undefined,
    givesBack: sink.givesBack,
    get position() {
      return position
    },
    assertSound,
    async begin(path, size) {
      await put(encodeTarHeader({ name: path, size, ...constant }))
    },
    write: put,
    async end(size) {
      await put(new Uint8Array(tarPadding(size)))
    },
    async rewind(to) {
      await pending?.catch(() => {})
      if (to === position) return
      await sink.truncate?.(to)
      position = to
      pending = undefined
    },
    async drain() {
      await pending
      assertSound()
    },
    async finish() {
      await put(END_OF_ARCHIVE)
      await sink.finish?.()
    },
  }
}
