import type { Digest } from '@lading/digest'

/**
 * What a user should know of an archive that is written. `message` is a sentence without its full stop, safe to print.
 *
 * - `DOCKER_PLATFORM`: the docker part has an image of another platform than was wanted, for there is no other.
 * - `DOCKER_LEFT_OUT`: the docker part cannot say this at all; the OCI part has it.
 * - `ZSTD_LAYERS`: the docker part has layers that docker before 23 does not load.
 * - `MANY_LAYERS`: the docker part has an image of more layers than docker stacks, which are 125.
 */
export interface ArchiveWarning {
  readonly type: 'warning'
  readonly code: 'DOCKER_PLATFORM' | 'DOCKER_LEFT_OUT' | 'ZSTD_LAYERS' | 'MANY_LAYERS'
  readonly message: string
  /** Of the target. */
  readonly digest: Digest
}
