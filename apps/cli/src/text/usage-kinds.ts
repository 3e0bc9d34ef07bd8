import type { Usage } from '@lading/store'

/** Where the space is, kind by kind. */
export interface UsageKind {
  readonly kind: string
  readonly files: number
  readonly bytes: number
  /** What `lading prune` frees of it, if it is old enough. */
  readonly reclaimable: boolean
}

export function usageKinds({ named, shared, unnamed, served, leftovers }: Usage): readonly UsageKind[] {
  const { downloads, quarantine, trash, temporary } = leftovers
  return [
    { kind: 'Images', ...named, reclaimable: false },
    { kind: '  shared by several', ...shared, reclaimable: false },
    { kind: 'Content without a name', ...unnamed, reclaimable: true },
    ...(served.files === 0 ? [] : [{ kind: 'Kept by serve', ...served, reclaimable: false }]),
    { kind: 'Partial downloads', ...downloads, reclaimable: true },
    { kind: 'Damaged, replaced', ...quarantine, reclaimable: true },
    { kind: 'Trash', ...trash, reclaimable: true },
    { kind: 'Temporary files', ...temporary, reclaimable: true },
  ]
}
