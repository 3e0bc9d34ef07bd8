import type { AbortOptions } from '@lading/clock'
import { walk, type Document } from '@lading/content'
import { algorithmOf, type Digest } from '@lading/digest'
import { digestOf, verifyBytes } from '@lading/digest/hash'
import { printable } from '@lading/errors'
import type { Descriptor } from '@lading/manifest'
import { ArchiveError } from '../archive-error.ts'
import { parseDockerManifest, type DockerManifestItem } from '../docker-manifest.ts'
import { blobPath, DOCKER_MANIFEST_FILE, INDEX_FILE, LAYOUT_FILE, REPOSITORIES_FILE } from '../file-names.ts'
import { describeDocker } from './describe-docker.ts'
import { describeLegacy, legacyImages } from './describe-legacy.ts'
import { describeOci } from './describe-oci.ts'
import { documentLimit, namesLimit, type Members } from './members.ts'
import { incomplete } from './refusals.ts'

/** One image of an archive or a layout: an index or a manifest, with all its names there. */
export interface ArchivedImage {
  /** As they are written there: they may not be valid references. Empty for an image without a name. */
  readonly names: readonly string[]
  readonly target: Descriptor
}

/** What is in an archive or a layout. */
export interface Described {
  readonly images: readonly ArchivedImage[]
  /** `made`: the manifests were generated. */
  readonly manifests: 'kept' | 'made'
  /** Manifests and configs that were generated because they were missing. */
  readonly made: ReadonlyMap<Digest, Document>
  /** Where content is that has no path with its digest. */
  readonly places: ReadonlyMap<Digest, string>
}

/**
 * The images of an archive or a layout. If it is both, the OCI part counts, and the docker part must have the same
 * images.
 *
 * @throws ArchiveError; what decoding throws
 */
export async function describe(members: Members, options: AbortOptions = {}): Promise<Described> {
  const read = (path: string): Promise<Uint8Array | undefined> =>
    members.document(path, { maxBytes: namesLimit, signal: options.signal })
  const index = await read(INDEX_FILE)
  const listed = await read(DOCKER_MANIFEST_FILE)
  const items = listed === undefined ? undefined : parseDockerManifest(listed, namesLimit)
  const images = index === undefined ? [] : await describeOci(members, index, options)
  if (items !== undefined && images.length === 0) return describeDocker(members, items, options)
  if (index !== undefined) {
    const named = items === undefined ? images : await withDockerNames(members, images, items, options)
    return { images: named, manifests: 'kept', made: new Map(), places: new Map() }
  }
  const repositories = await read(REPOSITORIES_FILE)
  const legacy = legacyImages(members)
  if (repositories !== undefined || legacy.length > 0)
    return describeLegacy(members, { repositories, ids: legacy }, options)
  if ((await read(LAYOUT_FILE)) !== undefined)
    return { images: [], manifests: 'kept', made: new Map(), places: new Map() }
  throw new ArchiveError(
    'ARCHIVE_UNKNOWN',
    `this is not an archive of images: it has neither ${INDEX_FILE} nor ${DOCKER_MANIFEST_FILE} nor ${REPOSITORIES_FILE}`,
    { hint: 'supported are archives of docker save, podman save, skopeo and lading save, and OCI image layouts' },
  )
}

/** Docker's names too, each at the target that leads to its config. */
async function withDockerNames(
  members: Members,
  images: readonly ArchivedImage[],
  items: readonly DockerManifestItem[],
  options: AbortOptions,
): Promise<readonly ArchivedImage[]> {
  const named = images.map(({ names, target }) => ({ names: [...names], target, configs: new Set<Digest>() }))
  const byConfig = new Map<Digest, (typeof named)[number]>()
  const known = new Map<string, (typeof named)[number][]>()
  for (const image of named) {
    for (const config of await configsOf(members, image.target, options)) {
      image.configs.add(config)
      if (!byConfig.has(config) || image.names.length > 0) byConfig.set(config, image)
    }
    for (const name of image.names) {
      const others = known.get(fullName(name))
      if (others === undefined) known.set(fullName(name), [image])
      else others.push(image)
    }
  }
  // A list may repeat an entry a million times.
  const digests = new Map<string, Digest>()
  for (const { Config: path, RepoTags: names } of items) {
    const digest = digests.get(path) ?? (await configAt(members, path, { ...options, among: byConfig }))
    digests.set(path, digest)
    const image = byConfig.get(digest)
    if (image === undefined) throw twoHalves(`names an image that ${INDEX_FILE} does not have`, digest)
    for (const name of names ?? []) {
      const others = known.get(fullName(name))
      if (others?.some(({ configs }) => configs.has(digest)) === false)
        throw twoHalves(`gives the name ${printable(name, 300)} to another image than ${INDEX_FILE}`, digest)
      if (others !== undefined) continue
      known.set(fullName(name), [image])
      image.names.push(name)
    }
  }
  return named.map(({ names, target }) => ({ names, target }))
}

/** The digest of a config, by the algorithm that the other part uses. */
async function configAt(
  members: Members,
  path: string,
  { among, signal }: AbortOptions & { readonly among: ReadonlyMap<Digest, unknown> },
): Promise<Digest> {
  const config = await members.document(path, { maxBytes: documentLimit, signal })
  if (config === undefined) throw incomplete(path, 'the config of an image')
  const algorithms = new Set(Array.from(among.keys(), algorithmOf))
  const digests = Array.from(algorithms, (algorithm) => digestOf(config, algorithm))
  return digests.find((digest) => among.has(digest)) ?? digestOf(config)
}

async function configsOf(members: Members, target: Descriptor, { signal }: AbortOptions): Promise<readonly Digest[]> {
  const source = {
    async document(descriptor: Descriptor): Promise<Document | undefined> {
      const bytes = await members.document(blobPath(descriptor.digest), { maxBytes: documentLimit, signal })
      if (bytes === undefined) return undefined
      verifyBytes(bytes, descriptor)
      return { descriptor, bytes }
    },
  }
  const configs: Digest[] = []
  for await (const visit of walk(source, target, { signal }))
    if (visit.kind === 'document' && visit.manifest.kind === 'manifest') configs.push(visit.manifest.config.digest)
  return configs
}

const twoHalves = (what: string, digest: Digest): ArchiveError =>
  new ArchiveError('ARCHIVE_AMBIGUOUS', `${DOCKER_MANIFEST_FILE} ${what}`, {
    digest,
    hint: 'programs would find different images in it: do not trust it, and write it again',
  })

/** Two spellings of one name: docker writes `alpine:3` in one part and `docker.io/library/alpine:3` in the other. */
const fullName = (name: string): string => name.replace(/^docker\.io\/(?:library\/)?/, '')
