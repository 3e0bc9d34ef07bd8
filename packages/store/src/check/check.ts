import type { ContentStore, StoreFile } from '@lading/content-store'
import { isLadingError } from '@lading/errors'
import { targetReference, type NamedTarget } from '@lading/reference-store'
import { successorsOf } from '@lading/content'
import type { Digest } from '@lading/digest'
import type { Descriptor } from '@lading/manifest'
import { despiteLostLock } from '../after-lost-lock.ts'
import type { Parts } from '../parts.ts'
import { isBroken } from '../present.ts'
import { ownType, readDocument } from '../read-manifest.ts'
import { checkBlobs, type BlobOutcome } from './check-blobs.ts'
import { checkNames, type CheckedName } from './check-names.ts'
import { checkRecords, type WrongRecord } from './check-records.ts'
import type { Checked, CheckOptions, Finding, MendingPull } from './finding.ts'

export function createCheck(parts: Parts): (options?: CheckOptions) => Promise<Checked> {
  return async (options = {}) => {
    const findings: Finding[] = []
    const lost = await lookAtNames(parts, options)
    if (lost !== undefined) findings.push(lost)
    const canName = lost === undefined || lost.repaired

    if (lost === undefined) findings.push(...(await mendNames(parts, options)))

    const files: StoreFile[] = []
    // What is the engine's own is looked at by its kind alone, and is most of what there is on object storage.
    for await (const file of parts.files()) if (file.role !== 'own') files.push(file)
    const blobFiles = files.filter(({ role }) => role === 'blob')
    const blobs = await checkBlobs(parts, blobFiles, options)
    // Names after blobs: what was pulled or removed meanwhile is judged as it is now.
    const names = canName ? await stillThere(parts, await checkNames(parts, await parts.references.list())) : []
    findings.push(...blobs.flatMap((blob) => badBlob(blob, names)), ...names.flatMap(brokenName))
    findings.push(...(await recordFindings(parts, { files, blobs, names, repair: options.repair === true && canName })))
    for (const { role, path } of files)
      if (role === 'stranger') findings.push({ kind: 'file-unknown', path, repaired: false })

    for (const finding of findings) options.onFinding?.(finding)
    return {
      findings,
      names: names.length,
      blobs: blobs.length,
      bytes: blobs.reduce((sum, { size }) => sum + size, 0),
      records: files.filter(({ role }) => role === 'diff-ids' || role === 'layers' || role === 'images').length,
    }
  }
}

async function lookAtNames(
  { contents, references, root, writable }: Parts,
  { repair = false, signal }: CheckOptions,
): Promise<Extract<Finding, { readonly kind: 'names-lost' }> | undefined> {
  let error: unknown
  try {
    await references.list()
    return undefined
  } catch (failure) {
    if (!isLadingError(failure) || failure.name !== 'ReferenceStoreError') throw failure
    error = failure
  }
  const path = isLadingError(error) && error.facts.path !== undefined ? error.facts.path : root
  const lost = { kind: 'names-lost', path, error } as const
  if (!repair || !isLadingError(error, 'INDEX_JSON_INVALID')) return { ...lost, repaired: false }
  await writable()
  try {
    // What cannot be read now may be whole, and its name is not there a second time.
    const isWhole = async ({ target }: NamedTarget): Promise<boolean> => !(await isBroken(contents, target))
    const restoration = await despiteLostLock(() => references.restore(isWhole, { signal }))
    const texts = (named: readonly NamedTarget[] = []): readonly string[] => named.map(({ name }) => name)
    return { ...lost, repaired: true, restored: texts(restoration?.restored), dropped: texts(restoration?.dropped) }
  } catch (failure) {
    if (!isLadingError(failure, 'INDEX_JSON_INVALID')) throw failure
    return { ...lost, repaired: false }
  }
}

/** Whether the law holds for a target, and its size and media type are what its entry says: nothing of ours goes by these two. */
async function isAsNamed(contents: ContentStore, target: Descriptor): Promise<boolean> {
  if (await isBroken(contents, target)) return false
  const document = await readDocument(contents, target).catch((error: unknown) => {
    if (isLadingError(error, 'CONTENT_UNREADABLE')) return 'unreadable' as const
    throw error
  })
  // It may be as it should be, and is told of as a blob.
  if (document === 'unreadable') return true
  if (document === undefined) return false
  return document.bytes.length === target.size && (ownType(document.bytes) ?? target.mediaType) === target.mediaType
}

/** What entries were that a disk has changed, a copy of `index.json` may tell. */
async function mendNames(
  { contents, references, writable }: Parts,
  { repair = false, signal }: CheckOptions,
): Promise<readonly Finding[]> {
  const { mend } = references
  if (mend === undefined) return []
  const isRight = ({ target }: NamedTarget): Promise<boolean> => isAsNamed(contents, target)
  let changed = await mend(isRight, { signal, dryRun: true })
  if (repair && changed.length > 0) {
    await writable()
    changed = await despiteLostLock(() => mend(isRight, { signal }))
  }
  return changed.flatMap(({ name, was, is }): Finding[] => {
    if (was === undefined || was === is) return [{ kind: 'name-changed', name, target: is, repaired: repair }]
    // One that is there and leads to nothing is told with all others of which that is so.
    return repair ? [{ kind: 'name-broken', name, target: was, missing: [was], pulls: [], repaired: true }] : []
  })
}

function badBlob({ digest, path, error }: BlobOutcome, names: readonly CheckedName[]): readonly Finding[] {
  if (error === undefined) return []
  const needing = names.filter(({ tree }) => tree.reached.has(digest))
  return [
    {
      kind: isLadingError(error, 'CONTENT_UNREADABLE') ? 'blob-unreadable' : 'blob-damaged',
      digest,
      path,
      error,
      names: needing.map(({ named }) => named.name),
      pulls: pullsOf(needing, [digest]),
      repaired: false,
    },
  ]
}

function brokenName(checked: CheckedName): readonly Finding[] {
  const { named, missing } = checked
  if (missing.length === 0) return []
  const pulls = pullsOf([checked], missing)
  return [{ kind: 'name-broken', name: named.name, target: named.target.digest, missing, pulls, repaired: false }]
}

/** For each image that is concerned; where it is the manifest or index that is, the one of this machine's platform. */
function pullsOf(names: readonly CheckedName[], digests: readonly Digest[]): readonly MendingPull[] {
  const pulls = new Map<string, MendingPull>()
  for (const { named, tree } of names) {
    const reference = String(targetReference(named.reference, named.target))
    const concerned = tree.images.filter(({ manifest }) =>
      successorsOf(manifest).some(({ digest }) => digests.includes(digest)),
    )
    const platforms = [
      ...concerned.map(({ descriptor }) => descriptor.platform),
      ...tree.absent.filter(({ digest }) => digests.includes(digest)).map(({ platform }) => platform),
    ]
    for (const platform of platforms.length === 0 ? [undefined] : platforms)
      pulls.set(`${reference} ${JSON.stringify(platform)}`, {
        reference,
        ...(platform === undefined ? {} : { platform }),
      })
  }
  return [...pulls.values()]
}

/** Readers hold no lock: what was removed or moved while it was looked at is not broken. */
async function stillThere(parts: Parts, checked: readonly CheckedName[]): Promise<readonly CheckedName[]> {
  if (checked.every(({ missing }) => missing.length === 0)) return checked
  const now = new Map((await parts.references.list()).map(({ name, target }) => [name, target.digest]))
  return checked.filter(({ named: { name, target } }) => now.get(name) === target.digest)
}

async function stillWrong(parts: Parts, wrong: readonly WrongRecord[]): Promise<readonly WrongRecord[]> {
  if (wrong.length === 0) return wrong
  const wanted = new Set(wrong.map(({ record, digest }) => `${record} ${digest}`))
  const there = new Set<string>()
  for await (const { role, digest } of parts.files())
    if (wanted.has(`${role} ${digest}`)) there.add(`${role} ${digest}`)
  const still: WrongRecord[] = []
  for (const record of wrong)
    if (there.has(`${record.record} ${record.digest}`) && (await record.isStillSo())) still.push(record)
  return still
}

async function recordFindings(
  parts: Parts,
  {
    files,
    blobs,
    names,
    repair,
  }: {
    readonly files: readonly StoreFile[]
    readonly blobs: readonly BlobOutcome[]
    readonly names: readonly CheckedName[]
    readonly repair: boolean
  },
): Promise<readonly Finding[]> {
  const found = await checkRecords(parts, { files, blobs, trees: names.map(({ tree }) => tree) })
  const wrong = found.length === 0 ? [] : await stillWrong(parts, found)
  if (repair && wrong.length > 0) {
    await parts.writable()
    await despiteLostLock(() =>
      parts.references.update(async (held) => {
        for (const record of wrong) {
          await held.assertHeld()
          const under = { assertHeld: () => held.assertHeld(), fence: held.fence }
          if (await record.isStillSo()) await record.repair(under)
        }
      }),
    )
  }
  return wrong.map(({ record, digest, why }) => ({ kind: 'record-wrong', record, digest, why, repaired: repair }))
}
