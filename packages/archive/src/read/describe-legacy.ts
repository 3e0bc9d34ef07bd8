import type { AbortOptions } from '@lading/clock'
import type { Document } from '@lading/content'
import type { Digest } from '@lading/digest'
import { digestOf } from '@lading/digest/hash'
import { printable } from '@lading/errors'
import { OCI_CONFIG, parseStrictJson, type Descriptor } from '@lading/manifest'
import { foldHistory, makeConfig } from '@lading/manifest/schema1'
import { ArchiveError } from '../archive-error.ts'
import { parseRepositories } from '../docker-manifest.ts'
import { REPOSITORIES_FILE } from '../file-names.ts'
import type { Described } from './describe.ts'
import { layerDescriptor, makeManifest } from './make-manifest.ts'
import { documentLimit, namesLimit, type FoundLayer, type Members } from './members.ts'
import { incomplete, notPlain } from './refusals.ts'

/** Docker supported no more layers than this, so a longer or circular chain was not written by it. */
const mostLayers = 1000
/** Of all images together: a layer counts once for each image that has it. */
const mostLayersOfAll = 100_000
const imageId = /^[0-9a-f]{64}$/
const imagePath = /^([0-9a-f]{64})\/json$/

/** The IDs of images from before docker 1.10 in the archive, with or without a name. */
export const legacyImages = (members: Members): readonly string[] =>
  Array.from(members.paths?.() ?? [], (path) => imagePath.exec(path)?.[1]).filter((id) => id !== undefined)

/**
 * The images of a docker-archive from before docker 1.10: it has a directory for each layer, with the image that ends there. Its
 * config is generated as docker does when it loads such an archive, with every layer kept, so that the image ID is the same. What
 * was passed to `docker save` by its ID has no name, and without any name `repositories` is missing, too: such an image is
 * one that no other is built on.
 *
 * @throws ArchiveError; ManifestError for an invalid history
 */
export async function describeLegacy(
  members: Members,
  { repositories, ids }: { readonly repositories?: Uint8Array | undefined; readonly ids: readonly string[] },
  options: AbortOptions,
): Promise<Described> {
  const names = repositories === undefined ? [] : parseRepositories(repositories, namesLimit)
  let layers = 0
  const images = new Map<string, { readonly names: string[]; readonly target: Descriptor }>()
  const byTarget = new Map<Digest, { readonly names: string[]; readonly target: Descriptor }>()
  const made = new Map<Digest, Document>()
  const places = new Map<Digest, string>()
  const imageOf = async (id: string): Promise<{ readonly names: string[] }> => {
    const known = images.get(id)
    if (known !== undefined) return known
    const chain = await chainOf(members, id, options)
    layers += chain.length
    if (layers > mostLayersOfAll) throw tooManyLayers()
    const config = configOf(chain)
    const manifest = makeManifest(
      config.descriptor,
      chain.map(({ layer }) => layerDescriptor(layer)),
    )
    made.set(config.descriptor.digest, config)
    made.set(manifest.descriptor.digest, manifest)
    for (const { layer } of chain) places.set(layer.digest, layer.path)
    // Two IDs may be of the same layers with the same history.
    const image = byTarget.get(manifest.descriptor.digest) ?? { names: [], target: manifest.descriptor }
    byTarget.set(manifest.descriptor.digest, image)
    images.set(id, image)
    return image
  }
  for (const [name, id] of names) (await imageOf(id)).names.push(name)
  for (const id of await topsOf(members, ids, options)) await imageOf(id)
  if (images.size === 0 && ids.length > 0) throw notPlain(`${ids[0]}/json`, 'an image that is its own ancestor')
  return { images: [...byTarget.values()], manifests: 'made', made, places }
}

/** The images that no other is built on. */
async function topsOf(members: Members, ids: readonly string[], { signal }: AbortOptions): Promise<readonly string[]> {
  const parents = new Set<string>()
  for (const id of ids) {
    const json = await members.document(`${id}/json`, { maxBytes: documentLimit, signal })
    const parent = json && parentOf(json, `${id}/json`)
    if (parent !== undefined) parents.add(parent)
  }
  return ids.filter((id) => !parents.has(id))
}

interface Link {
  /** The image that ends here, as JSON text. */
  readonly text: string
  readonly layer: FoundLayer
}

/** The layers of an image, base first. */
async function chainOf(members: Members, top: string, { signal }: AbortOptions): Promise<readonly Link[]> {
  const chain: Link[] = []
  /** Which file names the image. */
  let from = REPOSITORIES_FILE
  for (let id: string | undefined = top; id !== undefined;) {
    if (!imageId.test(id)) throw invalid(from, `'${printable(id, 80)}' is not an image ID`)
    if (chain.length === mostLayers) throw invalid(`${top}/json`, `the image has more than ${mostLayers} layers`)
    const json = await members.document(`${id}/json`, { maxBytes: documentLimit, signal })
    if (json === undefined) throw incomplete(`${id}/json`, `which image ${top} needs`)
    const parent = parentOf(json, `${id}/json`)
    const layer = await members.layer(`${id}/layer.tar`, { signal })
    if (layer === undefined) throw incomplete(`${id}/layer.tar`, `which image ${top} needs`)
    if (layer.compression !== 'none') {
      throw new ArchiveError('ARCHIVE_UNSUPPORTED', `${id}/layer.tar is compressed`, {
        path: `${id}/layer.tar`,
        hint: 'docker before 1.10 did not compress layers: decompress it, or write the archive again',
      })
    }
    chain.unshift({ text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(json), layer })
    from = `${id}/json`
    id = parent
  }
  return chain
}

function parentOf(json: Uint8Array, path: string): string | undefined {
  const image = parseStrictJson(json)
  if (typeof image !== 'object' || image === null || Array.isArray(image)) throw notPlain(path, 'not an image')
  const parent = 'parent' in image ? image.parent : undefined
  if (parent === undefined || parent === null || parent === '') return undefined
  if (typeof parent !== 'string') throw notPlain(path, 'not an image')
  return parent.replace(/^sha256:/, '')
}

function configOf(chain: readonly Link[]): Document {
  const diffIds = chain.map(({ layer }) => layer.digest)
  const entries = foldHistory({
    fsLayers: diffIds.toReversed(),
    history: chain.map(({ text }) => text).toReversed(),
  })
  // Archives had a directory for each layer, also for those that change nothing: all of them are kept.
  const bytes = makeConfig(
    entries.map((entry) => ({ ...entry, throwaway: false })),
    diffIds,
  )
  return { descriptor: { mediaType: OCI_CONFIG, digest: digestOf(bytes), size: bytes.byteLength }, bytes }
}

const tooManyLayers = (): ArchiveError =>
  new ArchiveError('ARCHIVE_TOO_LARGE', `the images of the archive have more than ${mostLayersOfAll} layers together`, {
    expected: mostLayersOfAll,
    hint: 'ordinary tools do not write such archives: do not trust it',
  })

const invalid = (path: string, what: string): ArchiveError =>
  new ArchiveError('ARCHIVE_INVALID', `${path}: ${what}`, {
    path,
    hint: 'write the archive again',
  })
