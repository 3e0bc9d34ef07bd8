import type { UnknownContent } from '@lading/content'
import type { Ingest, Lease, UnnamedIngest } from '@lading/content-store'
import type { Descriptor } from '@lading/manifest'
import type { StoreReceiver } from './store.ts'

/** An ingest as a receiver. Closed, it is found again by its digest, in this process or another. */
export function namedReceiver(ingest: Ingest, { mediaType, digest, size }: Descriptor): StoreReceiver {
  return {
    get offset() {
      return ingest.offset
    },
    get validator() {
      return ingest.validator
    },
    growth: ingest.growth,
    begin: (answer) => ingest.begin(answer),
    write: (chunk, giveBack) => ingest.write(chunk, giveBack),
    async commit(options) {
      await ingest.commit(options)
      return { mediaType, digest, size }
    },
    close: () => ingest.close(),
    discard: () => ingest.discard(),
  }
}

/** Content of unknown digest as a receiver. Nobody could find it again, so that closing it throws it away. */
export function unnamedReceiver(ingest: UnnamedIngest, { mediaType }: UnknownContent, lease: Lease): StoreReceiver {
  return {
    get offset() {
      return ingest.offset
    },
    begin: (answer) => ingest.begin(answer),
    write: (chunk, giveBack) => ingest.write(chunk, giveBack),
    async commit(options) {
      const { digest, size } = await ingest.commit(options)
      await lease.hold([digest])
      return { mediaType, digest, size }
    },
    close: () => ingest.discard(),
    discard: () => ingest.discard(),
  }
}
