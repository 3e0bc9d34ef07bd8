import { closeSync, ftruncateSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { growthState, type FileGrowth } from '@lading/content-store'
import { digestOf } from '@lading/digest/hash'
import type { Digest } from '@lading/digest'
import { blobFile } from './root.ts'

export interface Download {
  readonly address: { readonly digest: Digest; readonly size: number }
  readonly growth: FileGrowth
  append(bytes: Uint8Array): void
  /** By the rule of `FileGrowth`: generation and length first, then the truncation. */
  restart(): void
  /** Into its final place. */
  move(): void
  end(state: 'verified' | 'failed'): void
}

/** A file that grows by hand, by the contract of `FileGrowth` alone: what any content store may do with it. */
export function startDownload(root: string, whole: Uint8Array, name: string | number = 'growing'): Download {
  const address = { digest: digestOf(whole), size: whole.length }
  const path = join(root, String(name))
  const finalPath = blobFile(root, address.digest)
  const file = openSync(path, 'w')
  const cells = new BigInt64Array(new SharedArrayBuffer(24))
  const set = (cell: number, value: bigint): void => {
    Atomics.store(cells, cell, value)
    Atomics.notify(cells, 1)
  }
  let length = 0
  return {
    address,
    growth: { path, finalPath, cells: cells.buffer },
    append(bytes) {
      writeSync(file, bytes, 0, bytes.length, length)
      length += bytes.length
      set(1, BigInt(length))
    },
    restart() {
      set(1, 0n)
      set(0, Atomics.load(cells, 0) + 1n)
      length = 0
      ftruncateSync(file, 0)
    },
    move() {
      mkdirSync(join(finalPath, '..'), { recursive: true })
      renameSync(path, finalPath)
    },
    end(state) {
      set(2, growthState[state])
      closeSync(file)
    },
  }
}
