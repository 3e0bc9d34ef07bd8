import { isArtifact } from '@lading/manifest'
import { verifyLayers } from '../verify-layers.ts'
import type { PullStore } from '../ports.ts'
import type { CopyOptions } from './copy-options.ts'

/**
 * For a copy into a store: holds each layer of each image against the diffID in its config and registers it, as a pull does,
 * before a name points to it. What is known of a layer is believed.
 *
 * ```ts
 * await copy(source, store.target(), 'app', { names: ['docker.io/t/app:1'], verify: layerVerifier(store) })
 * ```
 *
 * @throws by the copy: PullError `DIFF_ID_MISMATCH`; LayerError; ManifestError for a config that is none
 */
export function layerVerifier(store: PullStore): NonNullable<CopyOptions['verify']> {
  return async (documents, { signal }) => {
    for (const document of documents) {
      const { descriptor, manifest } = document
      if (manifest.kind === 'manifest' && !isArtifact(manifest))
        store.layers.assertLayerCount(manifest.layers.length, descriptor.digest)
      await verifyLayers(store, document, signal)
    }
  }
}
