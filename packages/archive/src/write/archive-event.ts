import type { Digest } from '@lading/digest'

/**
 * What a user should know about an archive while it is written. `message` is a sentence without its full stop, safe to print.
 *
 * - `DOCKER_PLATFORM`: the docker part has an image for another platform than the requested one, because there is none for that.
 * - `DOCKER_LEFT_OUT`: the docker part cannot hold this; the OCI part has it.
 * - `ZSTD_LAYERS`: the docker part has layers that docker before 23 cannot load.
 * - `MANY_LAYERS`: the docker part has an image with more than 125 layers, the most that docker supports.
 */
export interface ArchiveWarning {
  readonly type: 'warning'
  readonly code: 'DOCKER_PLATFORM' | 'DOCKER_LEFT_OUT' | 'ZSTD_LAYERS' | 'MANY_LAYERS'
  readonly message: string
  /** Of the target. */
  readonly digest: Digest
}
