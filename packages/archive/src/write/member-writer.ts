import { encodeTarHeader, END_OF_ARCHIVE, tarPadding } from '@lading/tar'
import type { ArchiveSink } from './archive-sink.ts'

/** The members of an archive, one after the other, in as much memory as one chunk. */
export interface MemberWriter {
  /** Whether bytes can be taken back. */
  readonly rewinds: boolean
  /** As its sink says. */
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
  /** Takes back what comes after `position`. */
  rewind(position: number): Promise<void>
  /** All that was written was taken. */
  drain(): Promise<void>
  /** Nothing more comes. */
  finish(): Promise<void>
}

// The same content is the same bytes: no time, no owner.
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
  /** One write at a time; after one that failed nobody knows what was taken. */
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
    // Whoever does not wait for it hears of it at the next write.
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
