import { printable } from '@lading/errors'
import { END_OF_ARCHIVE, tarPadding } from './blocks.ts'
import { encodeTarHeader } from './encode-header.ts'
import { TarError } from './tar-error.ts'
import type { TarHeaderOptions, TarInput } from './tar-input.ts'
import { bytesOf, textOf } from './text.ts'

export interface WriteTarOptions extends TarHeaderOptions {
  /** Sort entries by their names' bytes; all entries, but not their bodies, are then read before the first is written. Default false. */
  readonly sorted?: boolean | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Writes an archive of the entries, in POSIX's ustar format, with PAX headers only before entries that need one. The same entries and
 * options produce the same bytes.
 *
 * @throws TarError `TAR_INPUT_INVALID`, `TAR_BODY_SIZE`; what entries and bodies throw; the signal's reason unchanged
 */
export async function* writeTar(
  entries: AsyncIterable<TarInput> | Iterable<TarInput>,
  options: WriteTarOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const { sorted = false, signal, ...headerOptions } = options
  signal?.throwIfAborted()
  for await (const input of sorted ? await inOrder(entries) : entries) {
    signal?.throwIfAborted()
    const { body } = input
    const size = input.size ?? (body instanceof Uint8Array ? body.length : 0)
    yield encodeTarHeader({ ...input, size }, headerOptions)
    let written = 0
    for await (const chunk of body === undefined ? [] : body instanceof Uint8Array ? [body] : body) {
      signal?.throwIfAborted()
      written += chunk.length
      if (written > size) throw wrongSize(input, size, `${written} or more`)
      if (chunk.length > 0) yield chunk
    }
    if (written < size) throw wrongSize(input, size, String(written))
    const padding = tarPadding(size)
    if (padding > 0) yield new Uint8Array(padding)
  }
  yield END_OF_ARCHIVE.slice()
}

async function inOrder(entries: AsyncIterable<TarInput> | Iterable<TarInput>): Promise<readonly TarInput[]> {
  const all: { readonly name: Uint8Array; readonly input: TarInput }[] = []
  for await (const input of entries) all.push({ name: bytesOf(input.name), input })
  return all.toSorted((a, b) => compareBytes(a.name, b.name)).map(({ input }) => input)
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length)
  for (let at = 0; at < length; at++) if (a[at] !== b[at]) return (a[at] as number) - (b[at] as number)
  return a.length - b.length
}

const wrongSize = ({ name }: TarInput, expected: number, actual: string): TarError =>
  new TarError(
    'TAR_BODY_SIZE',
    `the body of the tar entry "${printable(textOf(bytesOf(name)), 200)}" has ${actual} bytes, but its size is ${expected}`,
    {
      expected,
      actual,
      hint: 'set the size to that of the body',
    },
  )
