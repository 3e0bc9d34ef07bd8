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

/** What was taken in of an archive: as files only what is in memory, as members all of it. */
export function receivedFiles(catalogue: Catalogue<ReceivedMember>): {
  readonly files: Files
  readonly members: Members
} {
  return {
    files: {
      async find(asked, options) {
        const found = catalogue.find(asked, options)
        if (found?.where.is !== 'kept') return undefined
        const { bytes } = found.where
        return {
          path: found.path,
          size: bytes.byteLength,
          async *read(from, to) {
            if (to > from) yield bytes.slice(from, to)
          },
        }
      },
      close: () => Promise.resolve(),
    },
    members: {
      async document(asked, { maxBytes }) {
        const found = catalogue.find(asked)
        if (found === undefined) return undefined
        const { path, where } = found
        if (where.is === 'kept') return where.bytes
        if (where.size > maxBytes) throw tooLarge({ path, size: where.size }, maxBytes)
        throw where.is === 'delivered' ? notPlain(path, 'no document') : elsewhere(path)
      },
      async layer(asked) {
        const found = catalogue.find(asked, { follow: digestOfPath(asked) === undefined })
        if (found === undefined) return undefined
        const { path, where } = found
        switch (where.is) {
          case 'kept': {
            const { bytes } = where
            const compression = knownCompression(path, bytes.subarray(0, 16))
            return { path, digest: digestOf(bytes), size: bytes.byteLength, compression }
          }
          case 'delivered':
            return { path, digest: where.digest, size: where.size, compression: where.compression }
          case 'passed over':
            throw elsewhere(path)
        }
      },
    },
  }
}

const elsewhere = (path: string): ArchiveError =>
  new ArchiveError('ARCHIVE_UNSUPPORTED', `${printable(path, 300)} is a path where no program puts content`, {
    path: printable(path, 300),
    hint: 'write the archive to a file and load that: from a pipe it was passed over',
  })
