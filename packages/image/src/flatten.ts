import type { AbortOptions } from '@lading/clock'
import { imageFile, type ImageFile } from './image-file.ts'
import type { LayerContent } from './layer-content.ts'
import type { LayerFile } from './layer-file.ts'
import type { Merged } from './merged-view.ts'

export interface ImageContent extends ImageFile {
  /** Content of a file, to be read before the next entry is requested. */
  readonly body: AsyncIterable<Uint8Array> | undefined
  /** For a further name of an earlier file: the earlier name, byte for byte. */
  readonly linkTo: Uint8Array | undefined
}

/**
 * A whole tree with its bodies, in an order in which it can be created: directories, parents first; entries without a body;
 * files, layer by layer in their order; further names of all these. Each layer is read once.
 */
export async function* flatten(
  tree: AsyncIterable<Merged>,
  layers: readonly LayerContent[],
  { signal }: AbortOptions,
): AsyncGenerator<ImageContent, void, undefined> {
  const files = new Map<LayerFile, Merged>()
  const links: { readonly name: Merged; readonly first: Merged }[] = []
  for await (const found of tree) {
    const first = files.get(found.file)
    if (found.file.type === 'directory') yield { ...imageFile(found), body: undefined, linkTo: undefined }
    else if (first === undefined) files.set(found.file, found)
    else links.push({ name: found, first })
  }
  const withBody: LayerFile[][] = layers.map(() => [])
  for (const found of files.values()) {
    if (found.file.type === 'file') withBody[found.file.layer]?.push(found.file)
    else yield { ...imageFile(found), body: undefined, linkTo: undefined }
  }
  for (const [index, content] of layers.entries()) {
    const wanted = withBody[index] ?? []
    if (wanted.length === 0) continue
    for await (const { file, body } of content.bodies(wanted, { signal })) {
      const found = files.get(file)
      if (found !== undefined) yield { ...imageFile(found), body, linkTo: undefined }
    }
  }
  for (const { name, first } of links) yield { ...imageFile(name), body: undefined, linkTo: imageFile(first).name }
}
