import type { Reference } from '@lading/reference'
import type { Repository } from '@lading/registry-client'
import type { ManifestDocument } from './ports.ts'
import { PullError } from './pull-error.ts'
import { chooseFromIndex } from './pull-index.ts'
import type { PullJob } from './pull-job.ts'
import { pullSchema2, type PulledContent } from './pull-schema2.ts'
import type { PulledImage } from './puller.ts'
import { resolveTarget } from './resolve-target.ts'

/** How often blobs may be collected under a pull before it gives up. Leases make even the second time rare. */
const publishAttempts = 5

/** One tag or digest: the manifest, the switch on its kind, and last of all the reference. */
export async function pullTag(job: PullJob, repository: Repository, reference: Reference): Promise<PulledImage> {
  const { document: target, source, sameTarget } = await resolveTarget(job, repository, reference)
  job.emit({ type: 'resolve', reference: String(reference), id: reference.digest ?? reference.tag ?? 'latest', path: reference.path })
  tellManifest(job, target, source)

  const { image: chosen, documents } =
    target.manifest.kind === 'index' ? await chooseFromIndex(job, repository, { document: target, source, sameTarget }) : { image: target, documents: [target] }
  await job.lease.hold(documents.map(({ descriptor }) => descriptor.digest))

  const wasPresent = sameTarget && (await job.store.present(chosen.descriptor))
  let content: PulledContent
  for (let attempt = 1; ; attempt += 1) {
    content = await pullSchema2(job, repository, chosen, { fromIndex: target !== chosen })
    const result = await job.store.publish({ reference, target: target.descriptor, manifests: documents }, { signal: job.signal })
    if (result.outcome !== 'missing') break
    if (attempt === publishAttempts) {
      throw new PullError('STORE_UNSTABLE', `content of ${String(reference)} was removed from the store ${attempt} times while it was pulled`, {
        reference: String(reference),
        hint: 'another program deletes from this root; only lading may write to it',
      })
    }
  }
  job.emit({ type: 'digest', digest: target.descriptor.digest, reference: String(reference) })
  return { reference: String(reference), digest: target.descriptor.digest, manifest: chosen.descriptor, ...content, status: wasPresent ? 'up-to-date' : 'downloaded' }
}

function tellManifest(job: PullJob, { descriptor }: ManifestDocument, source: 'registry' | 'store'): void {
  job.emit({ type: 'manifest', digest: descriptor.digest, mediaType: descriptor.mediaType, size: descriptor.size, source })
}
