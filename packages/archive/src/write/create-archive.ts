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
   * `both`, the default: an OCI image layout that has docker's `manifest.json` too, as docker writes since version 25;
   * every tool reads it. `docker`: nothing in it leads to manifests, so that its readers make others. `oci`: docker before
   * 25 does not read it.
   */
  readonly format?: ArchiveFormat | undefined
  /** Which image docker finds where several are there. Default: the one for this machine. */
  readonly platform?: Platform | undefined
  /** Where content of unknown digest is kept until it has come. Without it, such content is refused: `ARCHIVE_SPOOL_NEEDED`. */
  readonly spoolDirectory?: string | undefined
  readonly fs?: FileSystem | undefined
  readonly onEvent?: ((event: ArchiveWarning) => void) | undefined
}

/**
 * An archive of images as a target, for one delivery: what `docker load`, `podman load`, `ctr image import` and
 * `skopeo` read. Blobs go into the archive as they come, in bounded memory, each once; what names them comes at the end.
 * Names are references; of `oci` alone also whatever a layout takes. The same deliveries give the same bytes. Foreign layers may be missing.
 *
 * ```ts
 * const delivery = await createArchive({ write: (bytes) => file.write(bytes) }).begin()
 * ```
 *
 * @throws by its delivery, beside what every delivery throws: ArchiveError `NOT_AN_IMAGE` (an artifact, for docker
 *   alone), `ARCHIVE_SPOOL_NEEDED`; DeliveryError `DELIVERY_BROKEN` where the sink cannot take back what turned out wrong; what the sink throws
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
        throw new DeliveryError('DELIVERY_ENDED', 'an archive is written by one delivery, and this one had it', {
          hint: 'make another archive',
        })
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
