import { TestRegistryError } from './error.ts'
import type { Buildable, Built } from './images/built.ts'
import { repositoryAccess, type RepositoryAccess } from './repository-access.ts'
import type { RegistryState } from './state/repository-state.ts'
import type { SeedOptions } from './test-registry.ts'

/** @throws TestRegistryError `NAME_INVALID` when neither the image nor the options say where to */
export function seed<Made extends Built>(
  state: RegistryState,
  what: Buildable<Made> | Made,
  options: SeedOptions = {},
): Made {
  const built = 'build' in what ? what.build() : what
  const name = options.repository ?? built.repository
  if (name === undefined) {
    throw new TestRegistryError('NAME_INVALID', 'an image without a name cannot be seeded by itself', {
      digest: built.digest,
      hint: "give it a name, as in image('t/app:1'), or add it to an index",
    })
  }
  const repository = repositoryAccess(state, name)
  store(repository, built)
  for (const tag of options.tags ?? (built.tag === undefined ? [] : [built.tag])) repository.tag(tag, built.digest)
  return built
}

function store(repository: RepositoryAccess, built: Built): void {
  if (built.kind === 'index') {
    for (const child of built.manifests) store(repository, child)
  } else {
    if (built.kind === 'manifest') repository.putBlob(built.config.bytes)
    // A layer whose descriptor lies about the digest is served under the lie: the bytes are then the wrong ones.
    for (const layer of built.layers)
      if (layer.stored) repository.putBlob(layer.bytes, { digest: layer.descriptor.digest })
  }
  // Of a signed document the digest is that of what was signed.
  repository.putManifest(built.bytes, { mediaType: built.mediaType, digest: built.digest })
}
