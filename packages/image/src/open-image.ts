import type { AbortOptions } from '@lading/clock'
import type { Source } from '@lading/content'
import type { Descriptor } from '@lading/manifest'
import { bytesOfKey, keyOf, pathBytes, shown, textOf } from './byte-text.ts'
import { chooseImage, type ChooseImageOptions, type ChosenImage } from './choose-image.ts'
import { flatten, type ImageContent } from './flatten.ts'
import { globMatcher } from './glob.ts'
import { imageFile, type ImageFile } from './image-file.ts'
import { ImageError } from './image-error.ts'
import type { LayerNode } from './layer-tree.ts'
import type { LayerLimits } from './read-layer.ts'
import { layerChanges, type LayerChanges } from './layer-changes.ts'
import { mergedView, type LoadTree, type Merged, type MergedView } from './merged-view.ts'
import { once } from './once.ts'
import { resolvePath } from './resolve-path.ts'
import { scanLayers, type ScannedFile } from './scan-layers.ts'
import { hasToc } from './read-toc.ts'
import { tocLayer } from './toc-layer.ts'
import { collect } from './kept-bodies.ts'
import { wholeLayer } from './whole-layer.ts'

export interface OpenImageOptions extends ChooseImageOptions {
  /** Limits for each layer. */
  readonly limits?: LayerLimits | undefined
  /**
   * A directory for a file of more than 64 MiB from `open`: it is kept there, without a name, while its layer is read and
   * verified. Default: its layer is read a second time.
   */
  readonly spoolDirectory?: string | undefined
}

export interface ReadFileOptions extends AbortOptions {
  /** Default 64 MiB. */
  readonly maxBytes?: number | undefined
}

/**
 * An image as one file system: what its container would see. Paths are followed from the image's root, as by a process with that
 * root; nothing outside exists. Text is UTF-8; for other names pass bytes.
 *
 * Layers are read when they are needed, from the top, each to its end: a layer's files are reported after it was verified against
 * size, digest and diffID. Memory grows with the number of files, some hundred bytes for each.
 */
export interface Image extends ChosenImage {
  /** @throws ImageError `FILE_NOT_FOUND`, `FILE_OF_ANOTHER_KIND`, `FILE_TOO_LARGE`, `TOO_MANY_LINKS`, those of layers; what the source throws */
  readFile(path: string | Uint8Array, options?: ReadFileOptions): Promise<Uint8Array>
  /** Several files at once: no layer is read twice for them, unless links require it. Missing files are left out. */
  readFiles(paths: Iterable<string>, options?: ReadFileOptions): Promise<ReadonlyMap<string, Uint8Array>>
  /** The content of a file of any size, in chunks. Throws at the end if it is wrong. */
  open(path: string | Uint8Array | ImageFile, options?: AbortOptions): AsyncIterable<Uint8Array>
  /** Follows links; `undefined`: there is nothing. */
  stat(path: string | Uint8Array, options?: AbortOptions): Promise<ImageFile | undefined>
  /** Follows links, except one at the end of the path. */
  lstat(path: string | Uint8Array, options?: AbortOptions): Promise<ImageFile | undefined>
  /** The target of a symbolic link, as it is stored. */
  readlink(path: string | Uint8Array, options?: AbortOptions): Promise<string>
  /** The names in a directory, in the order of their bytes. */
  readdir(path: string | Uint8Array, options?: AbortOptions): Promise<readonly string[]>
  /** A directory (default: the root) and everything below it, parents before their content, in the order of names' bytes. All layers are read. */
  walk(path?: string | Uint8Array, options?: AbortOptions): AsyncIterable<ImageFile>
  /** The paths that match a pattern (`*`, `?`, `**`, `[a-z]`, `{a,b}`), as in `walk`: links are not followed. */
  glob(pattern: string, options?: AbortOptions): AsyncIterable<ImageFile>
  /** The content of a directory, in the order of names' bytes; links are not followed. */
  list(path: string | Uint8Array, options?: AbortOptions): AsyncIterable<ImageFile>
  /**
   * Everything below a directory (default: the root), or a file, with its body, in an order in which it can be created again:
   * directories, parents first; entries without a body; files in the order of the layers; further names of all these (`linkTo`). Each
   * layer is read twice at most.
   */
  contents(path?: string | Uint8Array, options?: AbortOptions): AsyncIterable<ImageContent>
  /** What each layer adds, changes, hides and wastes, base first. All layers are read. */
  changes(options?: AbortOptions): Promise<readonly LayerChanges[]>
  /**
   * All files of the image with their bodies in one pass over its layers, from the top, for scanners. Files that upper layers hide are
   * skipped. A layer is verified only when the first file of the next one, or the end, is reached.
   */
  scan(options?: AbortOptions): AsyncIterable<ScannedFile>
}

type Wanted = AbortOptions & { readonly wanted?: Iterable<string> | undefined }

const keepBytes = 64 * 1024 * 1024

/**
 * @param reference a name or digest of the source, or the descriptor of a manifest or an index
 * @throws ImageError, ManifestError `PLATFORM_UNAVAILABLE` among others; what the source throws
 */
export async function openImage(
  source: Source,
  reference: string | Descriptor,
  options: OpenImageOptions = {},
): Promise<Image> {
  const { limits, spoolDirectory, ...choice } = options
  const chosen = await chooseImage(source, reference, choice)
  const layers = chosen.layers.map(({ index, descriptor, diffId }) => {
    const whole = wholeLayer(source, descriptor, { layer: index, diffId, limits, keepBytes, spoolDirectory })
    // If all bytes are here and verified, the layer itself is more reliable than its table.
    const isRemote = source.verified !== true && hasToc(descriptor)
    const content = isRemote ? tocLayer(source, descriptor, { layer: index, limits, whole, keepBytes }) : whole
    return { ...content, tree: once<LayerNode, Wanted>(content.tree) }
  })
  const treesFor =
    ({ signal, wanted }: Wanted = {}): LoadTree =>
    async (layer) => {
      const content = layers[layer]
      if (content === undefined) throw new RangeError(`no layer ${layer}`)
      return content.tree({ signal, wanted })
    }
  const viewFor = (how?: Wanted): MergedView => mergedView(layers.length, treesFor(how))

  const find = (path: string | Uint8Array, follow: boolean, how: Wanted = {}): Promise<Merged | undefined> =>
    resolvePath(viewFor(how), path, { follow })

  async function need(path: string | Uint8Array, follow: boolean, how?: Wanted): Promise<Merged> {
    const found = await find(path, follow, how)
    if (found !== undefined) return found
    const asked = shown([keyOf(pathBytes(path)).replace(/^\/+/, '')])
    throw new ImageError('FILE_NOT_FOUND', `the image has no ${asked}`, {
      path: asked,
      digest: chosen.descriptor.digest,
      hint: 'list its directory to check the spelling of the name',
    })
  }

  async function* bodyOf(
    { path, file }: Merged,
    { signal }: AbortOptions,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    if (file.type !== 'file') throw otherKind(path, file.type, 'file')
    const content = layers[file.layer]
    if (content !== undefined) yield* content.body(file, { signal })
  }

  async function contentOf(found: Merged, { maxBytes = keepBytes, signal }: ReadFileOptions): Promise<Uint8Array> {
    const { size } = found.file
    if (size > maxBytes)
      throw new ImageError(
        'FILE_TOO_LARGE',
        `${shown(found.path)} has ${size} bytes, more than the limit of ${maxBytes}`,
        {
          path: shown(found.path),
          expected: maxBytes,
          actual: size,
          hint: 'raise the limit, or read it in chunks',
        },
      )
    return collect(bodyOf(found, { signal }), size)
  }

  const keysOf = (path: string | Uint8Array): string => partsOfKey(keyOf(pathBytes(path)))

  async function* walk(
    path: string | Uint8Array,
    { signal }: AbortOptions,
  ): AsyncGenerator<ImageFile, void, undefined> {
    const from = await need(path, true, { signal })
    for await (const found of viewFor({ signal }).walk(from.path, { signal })) yield imageFile(found)
  }

  return {
    ...chosen,
    async readFile(path, how = {}) {
      return contentOf(await need(path, true, { signal: how.signal, wanted: [keysOf(path)] }), how)
    },
    async readFiles(paths, how = {}) {
      const asked = [...paths]
      const wanted = asked.map(keysOf)
      const contents = new Map<string, Uint8Array>()
      for (const path of asked) {
        const found = await find(path, true, { signal: how.signal, wanted })
        if (found !== undefined) contents.set(path, await contentOf(found, how))
      }
      return contents
    },
    async *open(path, { signal } = {}) {
      const place = typeof path === 'string' || path instanceof Uint8Array ? path : path.name
      yield* bodyOf(await need(place, true, { signal, wanted: [keysOf(place)] }), { signal })
    },
    async stat(path, how) {
      const found = await find(path, true, how)
      return found === undefined ? undefined : imageFile(found)
    },
    async lstat(path, how) {
      const found = await find(path, false, how)
      return found === undefined ? undefined : imageFile(found)
    },
    async readlink(path, how) {
      const { path: place, file } = await need(path, false, how)
      if (file.linkName === undefined) throw otherKind(place, file.type, 'symlink')
      return textOf(file.linkName)
    },
    async readdir(path, how) {
      const { path: place, file } = await need(path, true, how)
      if (file.type !== 'directory') throw otherKind(place, file.type, 'directory')
      const names = (await viewFor(how).list(place)) ?? []
      return names.map((name) => textOf(bytesOfKey(name)))
    },
    walk: (path = '/', how = {}) => walk(path, how),
    async *list(path, how) {
      const { path: place, file } = await need(path, true, how)
      if (file.type !== 'directory') throw otherKind(place, file.type, 'directory')
      const view = viewFor(how)
      for (const name of (await view.list(place)) ?? []) {
        const inside = await view.find([...place, name])
        if (inside !== undefined) yield imageFile({ path: [...place, name], file: inside })
      }
    },
    async *contents(path = '/', { signal } = {}) {
      const from = await need(path, true, { signal })
      yield* flatten(viewFor({ signal }).walk(from.path, { signal }), layers, { signal })
    },
    changes: (how = {}) => layerChanges(chosen.layers, treesFor(how), how),
    async *glob(pattern, how = {}) {
      const matches = globMatcher(pattern)
      for await (const file of walk('/', how)) if (matches(file.path)) yield file
    },
    scan: ({ signal } = {}) => scanLayers(source, chosen.layers, { limits, signal }),
  }
}

const partsOfKey = (key: string): string =>
  key
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')

const otherKind = (path: readonly string[], actual: string, expected: string): ImageError =>
  new ImageError('FILE_OF_ANOTHER_KIND', `${shown(path)} is a ${actual}, not a ${expected}`, {
    path: shown(path),
    expected,
    actual,
    hint: 'list its directory to see the type of each name',
  })
