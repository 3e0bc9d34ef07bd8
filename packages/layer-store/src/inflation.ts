import { createDecompressor } from '@lading/compression'
import { createHasher } from '@lading/digest/hash'
import type { Digest } from '@lading/digest'

/** Bytes in, diffID out: decompresses and hashes at once, so that the output never leaves the processor's cache. */
export interface Inflation {
  /** Throws `CompressionError`, or what `interrupted` throws. */
  push(bytes: Uint8Array): void
  end(): { readonly diffId: Digest; readonly size: number }
  close(): void
}

export interface InflationOptions {
  readonly maxOutput?: number | undefined
  readonly maxRatio?: number | undefined
  /** Called for every piece of output; throws to stop in the middle of an input. */
  readonly interrupted: () => void
}

export function startInflation({ interrupted, ...bounds }: InflationOptions): Inflation {
  const decompressor = createDecompressor(bounds)
  const hasher = createHasher('sha256')
  let size = 0
  const take = (bytes: Uint8Array): void => {
    interrupted()
    size += bytes.length
    hasher.update(bytes)
  }
  return {
    push(bytes) {
      decompressor.push(bytes, take)
    },
    end() {
      decompressor.end(take)
      return { diffId: hasher.digest(), size }
    },
    close() {
      decompressor.close()
    },
  }
}
