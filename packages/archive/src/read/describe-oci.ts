import type { AbortOptions } from '@lading/clock'
import { namesContent } from '@lading/content'
import type { Digest } from '@lading/digest'
import { OCI_INDEX, schemas, type Descriptor } from '@lading/manifest'
import { CONTAINERD_NAME, REF_NAME } from '../annotations.ts'
import { LAYOUT_FILE } from '../file-names.ts'
import { assertReadable } from '../layout-version.ts'
import type { ArchivedImage } from './describe.ts'
import { namesLimit, type Members } from './members.ts'

/**
 * The entries of `index.json`, each target once, with all its names. Entries that are neither manifest nor index are ignored.
 *
 * @throws ArchiveError `ARCHIVE_UNSUPPORTED`; ManifestError
 */
export async function describeOci(
  members: Members,
  index: Uint8Array,
  { signal }: AbortOptions,
): Promise<readonly ArchivedImage[]> {
  const layout = await members.document(LAYOUT_FILE, { maxBytes: 1024 * 1024, signal })
  if (layout !== undefined) assertReadable(layout)
  const document = schemas.unmarshal(OCI_INDEX, index, { maxBytes: namesLimit })
  const entries = document.kind === 'index' ? document.manifests : []
  const images = new Map<Digest, { readonly names: Set<string>; readonly target: Descriptor }>()
  for (const entry of entries) {
    if (!namesContent(entry)) continue
    const image = images.get(entry.digest) ?? { names: new Set(), target: plain(entry) }
    images.set(entry.digest, image)
    const name = entry.annotations?.[CONTAINERD_NAME] ?? entry.annotations?.[REF_NAME]
    if (name !== undefined && name !== '') image.names.add(name)
  }
  return [...images.values()].map(({ names, target }) => ({ names: [...names], target }))
}

/** The target without the annotations for its name. */
function plain({ annotations, ...target }: Descriptor): Descriptor {
  const { [CONTAINERD_NAME]: _full, [REF_NAME]: _ref, ...rest } = annotations ?? {}
  return Object.keys(rest).length === 0 ? target : { ...target, annotations: rest }
}
