import type { AbortOptions } from '@lading/clock'
import type { LayerFile } from './layer-file.ts'
import type { LayerNode } from './layer-tree.ts'

/** One layer of an image, regardless of where its list of files and their bodies come from. */
export interface LayerContent {
  /** Its tree, verified; read once. `wanted`: paths (keys, joined by slashes) whose bodies will be requested next. */
  tree(options?: AbortOptions & { readonly wanted?: Iterable<string> | undefined }): Promise<LayerNode>
  /** Several, in the order of the layer; each is read before the next one is requested, or not at all. */
  bodies(
    files: readonly LayerFile[],
    options?: AbortOptions,
  ): AsyncIterable<{ readonly file: LayerFile; readonly body: AsyncIterable<Uint8Array> }>
  /** A body, with its holes. Throws at the end if it is wrong. */
  body(file: LayerFile, options?: AbortOptions): AsyncIterable<Uint8Array>
}
