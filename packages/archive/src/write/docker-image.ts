import type { PlannedDocument, PublicationPlan } from '@lading/content'
import type { Digest } from '@lading/digest'
import {
  formatPlatform,
  imageProblem,
  isAttestation,
  isForeignLayerType,
  layerCompression,
  matchPlatforms,
  type Descriptor,
  type ImageManifest,
  type Platform,
} from '@lading/manifest'
import { ArchiveError } from '../archive-error.ts'
import type { ArchiveWarning } from './archive-event.ts'

/** An image as docker has one: a config and layers. */
export interface DockerImage {
  readonly config: Digest
  /** Base first, one as often as it is there. */
  readonly layers: readonly Digest[]
}

/** The most layers that docker supports; for more it reports `max depth exceeded`. */
const mostLayersOfDocker = 125

type Found = PlannedDocument & { readonly manifest: ImageManifest }

interface Options {
  /** The archive has only a docker part. */
  readonly only: boolean
  readonly platform: Platform
  readonly warn: (warning: Omit<ArchiveWarning, 'type'>) => void
}

/**
 * The image that docker finds for a target: the manifest itself; for an index, the one that fits the platform best of
 * those that the archive contains, or the first one.
 *
 * @throws ArchiveError `NOT_AN_IMAGE` if docker's is the only part
 */
export function dockerImageOf(target: Descriptor, plan: PublicationPlan, options: Options): DockerImage | undefined {
  const { only, platform, warn } = options
  const manifests = plan.documents.filter((each): each is Found => each.manifest.kind === 'manifest')
  const isIndex = !manifests.some(({ descriptor }) => descriptor.digest === target.digest)
  const { found, closest } = isIndex ? chosen(manifests, platform) : { found: manifests.at(-1), closest: true }
  const problem = found === undefined ? undefined : imageProblem(found.manifest)
  if (found === undefined || problem !== undefined) {
    const what = problem?.what ?? 'an index without an image'
    if (only) {
      throw new ArchiveError('NOT_AN_IMAGE', `${target.digest} is ${what}, which docker cannot load`, {
        digest: target.digest,
        hint: 'write the OCI format, which can hold it: --format oci',
      })
    }
    const { digest } = target
    warn({
      code: 'DOCKER_LEFT_OUT',
      digest,
      message: `${digest} is ${what}: the docker part of the archive leaves it out`,
    })
    return undefined
  }
  if (!closest) {
    const { digest, platform: other } = found.descriptor
    const message = `there is no image for ${formatPlatform(platform)}: docker will find the one for ${other === undefined ? digest : formatPlatform(other)}`
    warn({ code: 'DOCKER_PLATFORM', digest: target.digest, message })
  }
  tellOfLayers(target, found.manifest, warn)
  return { config: found.manifest.config.digest, layers: found.manifest.layers.map(({ digest }) => digest) }
}

function chosen(
  manifests: readonly Found[],
  platform: Platform,
): { readonly found?: Found | undefined; readonly closest: boolean } {
  const byDescriptor = new Map(manifests.map((each) => [each.descriptor, each]))
  const [best] = matchPlatforms([...byDescriptor.keys()], platform).candidates
  if (best !== undefined) return { found: byDescriptor.get(best), closest: true }
  return {
    found: manifests.find(
      ({ descriptor, manifest }) => !isAttestation(descriptor) && imageProblem(manifest) === undefined,
    ),
    closest: false,
  }
}

function tellOfLayers({ digest }: Descriptor, { layers }: ImageManifest, warn: Options['warn']): void {
  const isZstd = layers.some(({ mediaType }) => layerCompression(mediaType) === 'zstd' || mediaType.endsWith('+zstd'))
  if (isZstd) {
    const message = `${digest} has layers that are compressed with zstd: docker before 23 cannot load it`
    warn({ code: 'ZSTD_LAYERS', digest, message })
  }
  if (layers.length > mostLayersOfDocker) {
    const message = `${digest} has ${layers.length} layers: docker loads ${mostLayersOfDocker} at most`
    warn({ code: 'MANY_LAYERS', digest, message })
  }
}

/** Layers that may be absent wherever their image is, since their manifest says where they are. */
export const isForeign = ({ mediaType }: Pick<Descriptor, 'mediaType'>): boolean => isForeignLayerType(mediaType)
