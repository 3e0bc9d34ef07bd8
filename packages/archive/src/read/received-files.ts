import { DeliveryError } from '@lading/content'
import { digestOf } from '@lading/digest/hash'
import { printable } from '@lading/errors'
import { ArchiveError } from '../archive-error.ts'
import { digestOfPath } from '../file-names.ts'
import type { Catalogue } from './catalogue.ts'
import type { Files } from './files.ts'
import type { Members } from './members.ts'
import type { ReceivedMember } from './receive-member.ts'
import { notPlain, tooLarge } from './refusals.ts'
import { knownCompression } from './sniffed-compression.ts'

/** What was received of an archive. Of what the delivery has, only the size is known here. */
export function receivedFiles(catalogue: Catalogue<ReceivedMember>): {
  readonly files: Files
  readonly members: Members
} {
  return {
    files: {
      async find(asked, options) {
        const found = catalogue.find(asked, options)
        if (found === undefined || found.where.is === 'passed over') return undefined
        const { path, where } = found
        return where.is === 'kept'
          ? {
              path,
              size: where.bytes.byteLength,
              async *read(from, to) {
                if (to > from) yield where.bytes.slice(from, to)
              },
            }
          : { path, size: where.size, read: () => gone(path) }
      },
      close: () => Promise.resolve(),
    },
    members: {
      paths: catalogue.paths,
      async document(asked, { maxBytes }) {
        const found = catalogue.find(asked)
        if (found === undefined) return undefined
        const { path, where } = found
        if (where.is === 'kept') return where.bytes
        if (where.size > maxBytes) throw tooLarge({ path, size: where.size }, maxBytes)
        throw where.is === 'delivered' ? notPlain(path, 'not a document') : elsewhere(path)
      },
      async layer(asked) {
        const found = catalogue.find(asked, { follow: digestOfPath(asked) === undefined })
        if (found === undefined) return undefined
        const { path, where } = found
        if (where.is === 'passed over') throw elsewhere(path)
        if (where.is === 'delivered')
          return { path, digest: where.digest, size: where.size, compression: where.compression }
        const { bytes } = where
        const compression = knownCompression(path, bytes.subarray(0, 16))
        return { path, digest: digestOf(bytes), size: bytes.byteLength, compression }
      },
    },
  }
}

// oxlint-disable-next-line require-yield
async function* gone(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  throw new DeliveryError('CONTENT_UNKNOWN', `${printable(path, 300)} was delivered, and can no longer be read`, {
    path: printable(path, 300),
    hint: 'the target has removed it since: send the archive again',
  })
}

const elsewhere = (path: string): ArchiveError =>
  new ArchiveError('ARCHIVE_UNSUPPORTED', `${printable(path, 300)} is not a known path for content`, {
    path: printable(path, 300),
    hint: 'write the archive to a file, and load the file: from a pipe, files at unknown paths are skipped',
  })
