import fs from 'node:fs'
import { consult } from '../../../packages/store/test/oracle.ts'
import { expected, onStage } from './stage.ts'

type Write = (descriptor: number, ...rest: unknown[]) => void

/** A system that takes the half of each write (POSIX write: "may return a number less than nbyte") loses nothing. */
export const shortWrites = (): Promise<readonly string[]> =>
  onStage(async ({ root, pull }) => {
    const { write, writev } = fs
    const half = (length: number): number => Math.max(1, length >> 1)
    Object.assign(fs, {
      write: (descriptor: number, bytes: Uint8Array, offset: number, length: number, ...rest: unknown[]) =>
        (write as unknown as Write)(descriptor, bytes, offset, half(length), ...rest),
      writev: (descriptor: number, [first]: readonly Uint8Array[], ...rest: unknown[]) =>
        (writev as unknown as Write)(descriptor, [first?.subarray(0, half(first.length))], ...rest),
    })
    try {
      const outcome = await pull()
      return [...expected('a pull', outcome, 'done'), ...consult(root).violations]
    } finally {
      Object.assign(fs, { write, writev })
    }
  })
