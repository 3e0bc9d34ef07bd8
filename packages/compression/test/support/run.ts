import { createHash } from 'node:crypto'
import {
  createDecompressor,
  decompress,
  type Bounds,
  type CompressionKind,
  type DecompressorOptions,
} from '@lading/compression'
import { isLadingError } from '@lading/errors'

export interface Result {
  readonly output: Buffer
  readonly kind: CompressionKind | undefined
}

/** Lengths of the pieces, used over and over. */
export type Pieces = readonly number[]

export function* cut(input: Uint8Array, pieces: Pieces): Generator<Uint8Array> {
  for (let at = 0, turn = 0; at < input.length; turn++) {
    const length = Math.max(1, pieces[turn % pieces.length] ?? input.length)
    yield input.subarray(at, at + length)
    at += length
  }
}

export function run(input: Uint8Array, pieces: Pieces = [Infinity], bounds: DecompressorOptions = {}): Result {
  const output: Buffer[] = []
  const take = (bytes: Uint8Array): void => {
    output.push(Buffer.from(bytes))
  }
  const decompressor = createDecompressor(bounds)
  for (const piece of cut(input, pieces)) decompressor.push(piece, take)
  decompressor.end(take)
  return { output: Buffer.concat(output), kind: decompressor.kind }
}

export async function runAsync(input: Uint8Array, pieces: Pieces = [Infinity], bounds: Bounds = {}): Promise<Buffer> {
  const output: Uint8Array[] = []
  const source = async function* (): AsyncGenerator<Uint8Array> {
    yield* cut(input, pieces)
  }
  for await (const chunk of decompress(source(), bounds)) output.push(chunk)
  return Buffer.concat(output)
}

/** Short for bytes, so that a failed comparison stays readable. */
export function brief(bytes: Uint8Array): string {
  return `${bytes.length} bytes, ${createHash('sha256').update(bytes).digest('hex')}`
}

/** What it comes to: the output in brief, or the code of its error. Anything but an error of ours is thrown. */
export function endOf(input: Uint8Array, pieces?: Pieces, bounds?: DecompressorOptions): string {
  try {
    return brief(run(input, pieces, bounds).output)
  } catch (error) {
    if (isLadingError(error)) return error.code
    throw error
  }
}

/** The same with what came out before the error. */
export function traceOf(input: Uint8Array, pieces: Pieces = [Infinity]): string {
  const output: Buffer[] = []
  const take = (bytes: Uint8Array): void => {
    output.push(Buffer.from(bytes))
  }
  const decompressor = createDecompressor()
  try {
    for (const piece of cut(input, pieces)) decompressor.push(piece, take)
    decompressor.end(take)
    return brief(Buffer.concat(output))
  } catch (error) {
    if (isLadingError(error)) return `${error.code} after ${brief(Buffer.concat(output))}`
    throw error
  }
}

/** Of a trace, what `endOf` gives: without what came out before the error. */
export const endOfTrace = (trace: string): string => trace.replace(/ after .*$/, '')

/** The same as `traceOf` for the iterable. */
export async function asyncTraceOf(input: Uint8Array, pieces: Pieces = [Infinity]): Promise<string> {
  const output: Uint8Array[] = []
  const source = async function* (): AsyncGenerator<Uint8Array> {
    yield* cut(input, pieces)
  }
  try {
    for await (const chunk of decompress(source())) output.push(chunk)
    return brief(Buffer.concat(output))
  } catch (error) {
    if (isLadingError(error)) return `${error.code} after ${brief(Buffer.concat(output))}`
    throw error
  }
}

/** What it throws. */
export function errorOf(input: Uint8Array, pieces?: Pieces, bounds?: Bounds): unknown {
  try {
    run(input, pieces, bounds)
  } catch (error) {
    return error
  }
  throw new Error('it did not fail')
}
