import type { AbortOptions } from '@lading/clock'
import type { LayerFile } from './layer-file.ts'
import type { LayerNode } from './layer-tree.ts'

/** One layer of an image, wherever its list of files and their bodies come from. */
export interface LayerContent {
  /** Its tree, verified; read once. `wanted`: paths (keys, joined by slashes) whose bodies are about to be asked for. */
  tree(options?: AbortOptions & { readonly wanted?: Iterable<string> | undefined }): Promise<LayerNode>
  /** Several, in the order of the layer; each is read before the next is asked for, or not at all. */
  bodies(
    files: readonly LayerFile[],
    options?: AbortOptions,
  ): AsyncIterable<{ readonly file: LayerFile; readonly body: AsyncIterable<Uint8Array> }>
  /** A body, with its holes. Throws at the end unless it is right. */
  body(file: LayerFile, options?: AbortOptions): AsyncIterable<Uint8Array>
}
