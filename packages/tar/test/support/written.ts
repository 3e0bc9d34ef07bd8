import { writeTar, type TarInput, type WriteTarOptions } from '@lading/tar'

export async function written(
  entries: Iterable<TarInput> | AsyncIterable<TarInput>,
  options: WriteTarOptions = {},
): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const chunk of writeTar(entries, options)) parts.push(chunk)
  return Buffer.concat(parts)
}

export async function* inPieces(archive: Uint8Array, piece: number): AsyncIterable<Uint8Array> {
  for (let at = 0; at < archive.length; at += piece) yield archive.subarray(at, at + piece)
}
