import type { UnknownContent } from '@lading/content'
import { parseDigest } from '@lading/digest'
import type { Descriptor } from '@lading/manifest'
import { RegistryError } from '../../errors/registry-error.ts'

/** Before anything is sent: the digest becomes part of a URL. @throws `OPTION_INVALID`, DigestError */
export function assertUpload(what: Descriptor | UnknownContent): void {
  const digest = 'digest' in what ? parseDigest(what.digest) : undefined
  const { size } = what
  if (size === undefined || (Number.isSafeInteger(size) && size >= 0)) return
  throw new RegistryError('OPTION_INVALID', `${size} is not a valid blob size`, {
    digest,
    hint: 'give a whole number of bytes',
  })
}

/** @throws `OPTION_INVALID` */
export function assertChunkSize(chunkSize: number | undefined): void {
  if (chunkSize === undefined || (Number.isSafeInteger(chunkSize) && chunkSize >= 1)) return
  throw new RegistryError('OPTION_INVALID', `a chunk cannot have ${chunkSize} bytes`, {
    hint: 'give a whole number of bytes, or leave it out',
  })
}
