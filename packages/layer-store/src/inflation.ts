import { createDecompressor, type Bounds } from '@lading/compression'
import { createHasher } from '@lading/digest/hash'
import type { Algorithm } from '@lading/digest'
import type { Uncompressed } from './layer-store.ts'

/** Bytes in, diffIDs out: decompresses and hashes at once, so that the output never leaves the processor's cache. */
export interface Inflation {
  /** Throws `CompressionError`, or what `interrupted` throws. */
  push(bytes: Uint8Array): void
  end(): Uncompressed
  close(): void
}

export interface InflationOptions {
  readonly bounds: Bounds
  readonly checksums?: boolean | undefined
  readonly algorithms?: readonly Algorithm[] | undefined
  /** Called for every piece of output; throws to stop in the middle of an input. */
  readonly interrupted: () => void
}

export function startInflation({ bounds, checksums, interrupted, algorithms = [] }: InflationOptions): Inflation {
  const decompressor = createDecompressor({ ...bounds, checksums })
  const hasher = createHasher('sha256')
  const further = furtherAlgorithms(algorithms).map((algorithm) => createHasher(algorithm))
  let size = 0
  const take = (bytes: Uint8Array): void => {
    interrupted()
    size += bytes.length
    hasher.update(bytes)
    for (const each of further) each.update(bytes)
  }
  return {
    push(bytes) {
      decompressor.push(bytes, take)
    },
    end() {
      decompressor.end(take)
      return {
        diffId: hasher.digest(),
        ...(further.length === 0 ? {} : { aliases: further.map((each) => each.digest()) }),
        size,
      }
    },
    close() {
      decompressor.close()
    },
  }
}

const furtherAlgorithms = (algorithms: readonly Algorithm[]): readonly Algorithm[] =>
  [...new Set(algorithms)].filter((algorithm) => algorithm !== 'sha256')
