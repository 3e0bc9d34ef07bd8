import { DeliveryError, type Target } from '@lading/content'
import { nodeFileSystem, type FileSystem } from '@lading/content-store'
import { defaultPlatform, type Platform } from '@lading/manifest'
import { archiveDelivery, type ArchiveFormat } from './archive-delivery.ts'
import type { ArchiveWarning } from './archive-event.ts'
import { archiveNames } from './archive-names.ts'
import type { ArchiveSink } from './archive-sink.ts'
import { memberWriter } from './member-writer.ts'

export interface ArchiveOptions {
  /**
   * `both`, the default: an OCI image layout with docker's `manifest.json` in addition, as docker writes since version 25;
   * every tool reads it. `docker`: it does not contain the manifests, so its readers generate others. `oci`: docker before
   * 25 cannot read it.
   */
  readonly format?: ArchiveFormat | undefined
  /** Which image docker finds if there are several. Default: the one for this machine. */
  readonly platform?: Platform | undefined
  /** Directory for temporary files of content whose digest is not known yet. Without it, such content is refused with `ARCHIVE_SPOOL_NEEDED`. */
  readonly spoolDirectory?: string | undefined
  readonly fs?: FileSystem | undefined
  readonly onEvent?: ((event: ArchiveWarning) => void) | undefined
}

/**
 * A target that writes an archive of images, in one delivery: what `docker load`, `podman load`, `ctr image import` and
 * `skopeo` read. Blobs are written as they arrive, in bounded memory, each once; the documents with names follow at the end.
 * Names are references; with `oci` alone any name that a layout allows. The same deliveries produce the same bytes. Foreign layers may be missing.
 *
 * ```ts
 * const delivery = await createArchive({ write: (bytes) => file.write(bytes) }).begin()
 * ```
 *
 * @throws from its delivery, in addition to what every delivery throws: ArchiveError `NOT_AN_IMAGE` (an artifact, for docker
 *   alone), `ARCHIVE_SPOOL_NEEDED`; DeliveryError `DELIVERY_BROKEN` if the sink cannot remove what turned out to be wrong; what the sink throws
 */
export function createArchive(sink: ArchiveSink, options: ArchiveOptions = {}): Target {
  const { format = 'both', platform = defaultPlatform(), onEvent, fs = nodeFileSystem() } = options
  const out = memberWriter(sink)
  let begun = false
  return {
    traits: { partialIndex: true, rewinds: out.rewinds, parallel: 1, once: true, foreignOptional: true },
    async begin({ signal } = {}) {
      signal?.throwIfAborted()
      if (begun)
        throw new DeliveryError(
          'DELIVERY_ENDED',
          'an archive is written by one delivery, and this archive already had its delivery',
          {
            hint: 'create another archive',
          },
        )
      begun = true
      const docker = format === 'oci' ? 'not' : format === 'docker' ? 'only' : 'too'
      const names = archiveNames({ docker, platform, warn: (warning) => onEvent?.({ type: 'warning', ...warning }) })
      return archiveDelivery({
        out,
        format,
        names,
        spool: { fs, directory: options.spoolDirectory },
        abandon: async () => sink.abort?.(),
      })
    },
  }
}
