import type { AbortOptions } from '@lading/clock'
import type { Source } from '@lading/content'
import {
  findManifest,
  formatPlatform,
  isForeignLayerType,
  platformUnavailable,
  type Descriptor,
  type Platform,
} from '@lading/manifest'
import type { Digest } from '@lading/digest'
import { CopyError } from './copy-error.ts'
import type { ReadDocument } from '../read-document.ts'
import { blobsOf, readGraph, readOnceEach, type Documents, type Graph } from './graph.ts'
import { partOf } from './part-of-index.ts'

export interface SelectOptions extends AbortOptions {
  /** One: its manifest as it is. Several: an index of these alone, with their attestations, is made. Default: everything. */
  readonly platforms?: readonly Platform[] | undefined
  /** An index of what the source has is made where it lacks a part of it. Default false. */
  readonly onlyPresent?: boolean | undefined
  /** Whether it may lack some children of an index. Default false. */
  readonly partialIndex?: boolean | undefined
  /** Digests must stay as they are. Default false. */
  readonly preserveDigests?: boolean | undefined
}

/** What is copied of what was asked for. */
export interface Selection extends Graph {
  /** The target is an index that was made for this. */
  readonly made: boolean
}

/**
 * From a document of a source to the part of it that is copied, which is whole.
 *
 * @throws CopyError `INDEX_INCOMPLETE`, `PLATFORM_UNAVAILABLE`, `SCHEMA1_NOT_COPIED`, `DIGESTS_WOULD_CHANGE`; what reading throws
 */
export async function select(source: Source, root: Descriptor, options: SelectOptions): Promise<Selection> {
  const { platforms = [], onlyPresent = false, partialIndex = false, preserveDigests = false, signal } = options
  const documents = readOnceEach(source)
  const top = await readGraph(documents, root, { indexesOnly: true, signal })
  // A manifest is for what it is for.
  if (platforms.length === 0 || !isIndex(top)) return whole(await readGraph(documents, root, { signal }), root)
  const entries = await Promise.all(platforms.map((platform) => entryFor(top, platform)))
  const [only] = entries
  if (entries.length === 1 && only !== undefined) return whole(await readGraph(documents, only, { signal }), only)
  const wanted = new Set(entries.map(({ digest }) => digest))
  for (const attestation of attestationsIn(top, wanted)) {
    const graph = await readGraph(documents, attestation, { signal })
    if ((await lackingOf(source, graph, { signal })).size === 0) wanted.add(attestation.digest)
  }
  return whole(await readGraph(documents, make(documents, top, wanted), { signal }), root)

  /** The graph, if the source has all of it; else what of it may be copied. */
  async function whole(graph: Graph, asked: Descriptor): Promise<Selection> {
    const lacking = await lackingOf(source, graph, { signal })
    const made = graph.target.digest !== asked.digest
    if (lacking.size === 0) return { ...graph, made }
    const isWanted = ({ digest }: Descriptor): boolean => !lacking.has(digest)
    const children = childrenOf(graph)
    const present = children.filter(isWanted)
    if (!isIndex(graph) || present.length === 0) throw incomplete(graph, lacking)
    if (partialIndex && !onlyPresent)
      return { ...graph, documents: graph.documents.filter(({ descriptor }) => isWanted(descriptor)), made }
    if (!onlyPresent) throw incomplete(graph, lacking)
    const images = present.filter((child) => aboutOf(child) === undefined)
    const kept = new Set(images.map(({ digest }) => digest))
    for (const { digest } of attestationsIn(graph, kept)) if (!lacking.has(digest)) kept.add(digest)
    const part = make(documents, graph, kept)
    return { ...(await readGraph(documents, part, { signal })), made: true }
  }

  function make(known: Documents, graph: Graph, kept: ReadonlySet<Digest>): Descriptor {
    const part = partOf(graph, kept)
    if (preserveDigests && part.target.digest !== graph.target.digest)
      throw new CopyError('DIGESTS_WOULD_CHANGE', `a part of the index ${graph.target.digest} has another digest`, {
        digest: graph.target.digest,
        hint: 'copy all of it, or one of its images by --platform',
      })
    for (const document of part.documents) known.add(document)
    return part.target
  }
}

/** The manifest of an index, or of one inside it, that is closest to a platform. */
async function entryFor({ documents, target }: Graph, platform: Platform): Promise<Descriptor> {
  const manifests = new Map(documents.map(({ descriptor, manifest }) => [descriptor.digest, manifest]))
  const root = manifests.get(target.digest)
  const entry = root && (await findManifest(root, platform, ({ digest }) => manifests.get(digest)))
  if (entry !== undefined) return entry
  const { message, hint } = platformUnavailable(manifests.values(), platform, target.digest)
  throw new CopyError('PLATFORM_UNAVAILABLE', message, { digest: target.digest, hint })
}

/** Which entry of the same index an attestation is about, as BuildKit writes it. */
const aboutOf = ({ annotations }: Descriptor): string | undefined => annotations?.['vnd.docker.reference.digest']

/** What indexes have about some of their manifests. */
const attestationsIn = ({ documents }: Graph, wanted: ReadonlySet<string>): readonly Descriptor[] =>
  documents
    .flatMap(({ manifest }) => (manifest.kind === 'index' ? manifest.manifests : []))
    .filter((entry) => wanted.has(aboutOf(entry) ?? ''))

const isIndex = ({ documents }: Graph): boolean => documents.at(-1)?.manifest.kind === 'index'

/** The manifests below the indexes of a graph. */
const childrenOf = ({ documents }: Graph): readonly Descriptor[] =>
  documents.flatMap(({ descriptor, manifest }) => (manifest.kind === 'manifest' ? [descriptor] : []))

/**
 * What a source lacks: documents, and manifests with a blob that it lacks. Only where a look costs nothing: a
 * registry is believed to have what its manifests name.
 */
async function lackingOf(
  source: Source,
  graph: Graph,
  { signal }: AbortOptions,
): Promise<ReadonlyMap<Digest, Descriptor>> {
  const lacking = new Map(graph.absent.map((descriptor) => [descriptor.digest, descriptor]))
  if (source.origin !== undefined) return lacking
  for (const document of graph.documents) {
    if (document.manifest.kind === 'manifest' && (await lacksBlob(source, document, { signal })))
      lacking.set(document.descriptor.digest, document.descriptor)
  }
  return lacking
}

async function lacksBlob(source: Source, document: ReadDocument, { signal }: AbortOptions): Promise<boolean> {
  for (const { digest, size, mediaType } of blobsOf({ documents: [document] })) {
    if (isForeignLayerType(mediaType)) continue
    if ((await source.stat(digest, { signal }))?.size !== size) return true
  }
  return false
}

function incomplete({ target }: Graph, lacking: ReadonlyMap<Digest, Descriptor>): CopyError {
  const all = [...lacking.values()]
  const names = all.map(({ platform, digest }) =>
    platform === undefined || platform.os === 'unknown' ? digest : `${formatPlatform(platform)} (${digest})`,
  )
  const first = all.find(({ platform }) => platform !== undefined && platform.os !== 'unknown')?.platform
  return new CopyError('INDEX_INCOMPLETE', `of ${target.digest} there is not here: ${names.join(', ')}`, {
    digest: target.digest,
    expected: all.map(({ digest }) => digest).join(' '),
    hint: lacking.has(target.digest)
      ? 'pull it again: only what is missing is downloaded'
      : `fetch them first (pull --platform ${first === undefined ? 'OS/ARCH' : formatPlatform(first)}), or use --platform for one image as it is, or --only-present for a new index of what is here`,
  })
}
