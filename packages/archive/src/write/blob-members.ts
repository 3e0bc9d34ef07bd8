import { DeliveryError } from '@lading/content'
import { algorithmOf, type Digest } from '@lading/digest'
import { createHasher, type Hasher } from '@lading/digest/hash'
import type { Descriptor } from '@lading/manifest'
import { blobPath } from '../file-names.ts'
import type { MemberWriter } from './member-writer.ts'

/** A blob's member that has begun and is not done. An archive has one at most. */
export interface OpenMember {
  readonly digest: Digest
  readonly size: number
  /** Where its header starts, and where its body does. */
  readonly header: number
  readonly body: number
  /** Bytes of the body that were written. */
  length: number
  hasher: Hasher
  /** Of the bytes that were written: what their source said. */
  validator?: string | undefined
  source?: string | undefined
  /** Its bytes are suspect and cannot be removed: the receiver that resumes compares their digest at the end. */
  discarded?: true
}

/** The blobs of an archive, each under its digest. */
export interface BlobMembers {
  /** Sizes of those that are whole and verified. */
  readonly done: ReadonlyMap<Digest, number>
  readonly open: OpenMember | undefined
  /** Why the archive is unusable, if it is. */
  readonly broken: DeliveryError | undefined
  /** Resumes the member of this blob, or begins it. @throws `DELIVERY_BROKEN` if another one is incomplete and cannot be removed */
  enter(blob: Pick<Descriptor, 'digest' | 'size'>): Promise<OpenMember>
  /** The bytes of the open member are sent again from the start, where the sink can remove them. */
  restart(): Promise<void>
  /** All bytes are there. @throws DeliveryError `DIGEST_MISMATCH` */
  complete(): Promise<void>
  /** Discards the open member where the sink can remove it. */
  discard(): Promise<void>
  /** A whole blob. */
  add(digest: Digest, bytes: Uint8Array): Promise<void>
  /** Before the archive ends: checks that no blob is incomplete. @throws `DELIVERY_BROKEN` */
  settle(): Promise<void>
}

export function blobMembers(out: MemberWriter): BlobMembers {
  const done = new Map<Digest, number>()
  let open: OpenMember | undefined
  let broken: DeliveryError | undefined

  const takeBack = async ({ header }: OpenMember): Promise<void> => {
    await out.rewind(header)
    open = undefined
  }
  const begin = async ({ digest, size }: Pick<Descriptor, 'digest' | 'size'>): Promise<OpenMember> => {
    const header = out.position
    await out.begin(blobPath(digest), size)
    open = { digest, size, header, body: out.position, length: 0, hasher: createHasher(algorithmOf(digest)) }
    return open
  }
  const end = async ({ digest, size }: OpenMember): Promise<void> => {
    await out.end(size)
    await out.drain()
    done.set(digest, size)
    open = undefined
  }
  /** Nothing else can be written now. */
  const settle = async (): Promise<void> => {
    if (broken !== undefined) throw broken
    if (open === undefined) return
    if (out.rewinds) return takeBack(open)
    // Nobody committed it, but all of it is there, and right.
    if (open.length === open.size && open.hasher.digest() === open.digest) return end(open)
    throw halfThere(open)
  }

  return {
    done,
    get open() {
      return open
    },
    get broken() {
      return broken
    },
    async enter(blob) {
      if (open?.digest === blob.digest && open.size === blob.size) return open
      await settle()
      return begin(blob)
    },
    async restart() {
      if (open === undefined) return
      await out.rewind(open.body)
      open.length = 0
      open.hasher = createHasher(algorithmOf(open.digest))
    },
    async complete() {
      if (open === undefined) return
      await out.drain()
      const actual = open.hasher.digest()
      if (actual === open.digest) return end(open)
      const { digest } = open
      if (out.rewinds) await takeBack(open)
      else broken = wrongBytes(digest, actual)
      throw new DeliveryError('DIGEST_MISMATCH', `the content of ${digest} has the digest ${actual}`, {
        digest,
        expected: digest,
        actual,
        hint: out.rewinds
          ? 'nothing was kept; fetch it again; if that fails too, its source sends wrong content'
          : 'what was written is not a usable archive: delete it',
      })
    },
    async discard() {
      if (open === undefined) return
      if (out.rewinds) await takeBack(open)
      else open.discarded = true
    },
    async add(digest, bytes) {
      await settle()
      const { byteLength: size } = bytes
      await out.begin(blobPath(digest), size)
      await out.write(bytes)
      await out.end(size)
      done.set(digest, size)
    },
    settle,
  }
}

const hint = 'delete what was written, and start another archive'

const wrongBytes = (digest: Digest, actual: Digest): DeliveryError =>
  new DeliveryError('DELIVERY_BROKEN', `the archive has ${actual} in place of ${digest}, and this cannot be undone`, {
    digest,
    expected: digest,
    actual,
    hint,
  })

const halfThere = ({ digest, size, length }: OpenMember): DeliveryError =>
  new DeliveryError(
    'DELIVERY_BROKEN',
    `the archive has ${length} of the ${size} bytes of ${digest}, and the rest is missing`,
    {
      digest,
      expected: size,
      actual: length,
      hint: `deliver the rest of it first, or ${hint}`,
    },
  )
