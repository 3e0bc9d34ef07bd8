import type { Digest } from '@lading/digest'
import type { RepositoryState, StoredManifest } from '../state/repository-state.ts'
import { digestOf } from '../hash.ts'
import { readManifest } from './manifest-document.ts'

export const schema1Type = 'application/vnd.docker.distribution.manifest.v1+json'
export const signedSchema1Type = 'application/vnd.docker.distribution.manifest.v1+prettyjws'

/** The image in Docker's oldest form (distribution manifest-v2-1.md), without a signature: layers top first. `undefined` for an index. */
export function asSchema1({ bytes }: StoredManifest, repository: RepositoryState, tag: string): Uint8Array | undefined {
  const document = readManifest(bytes)
  if (typeof document === 'string' || document.config === undefined) return undefined
  const layers = document.blobs.slice(1).toReversed()
  const ids = layers.map(({ digest }) => digestOf(Buffer.from(`${tag} ${digest}`)).slice('sha256:'.length))
  const { architecture, os } = platformIn(repository.blobs.get(document.config.digest as Digest)?.bytes())
  const history = ids.map((id, place) => ({
    v1Compatibility: JSON.stringify({
      id,
      ...(ids[place + 1] === undefined ? {} : { parent: ids[place + 1] }),
      created: '1970-01-01T00:00:00Z',
      ...(place === 0 ? { architecture, os } : {}),
    }),
  }))
  return new TextEncoder().encode(
    JSON.stringify({
      schemaVersion: 1,
      name: repository.name,
      tag,
      architecture,
      fsLayers: layers.map(({ digest }) => ({ blobSum: digest })),
      history,
    }),
  )
}

function platformIn(config: Uint8Array | undefined): { readonly architecture: unknown; readonly os: unknown } {
  try {
    const { architecture = 'amd64', os = 'linux' } = JSON.parse(new TextDecoder().decode(config)) as Record<
      string,
      unknown
    >
    return { architecture, os }
  } catch {
    return { architecture: 'amd64', os: 'linux' }
  }
}
