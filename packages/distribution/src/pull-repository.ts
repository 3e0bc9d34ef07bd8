import { isLadingError } from '@lading/errors'
import { familiarString, isNameOnly, withTag, type Reference } from '@lading/reference'
import { kindOf } from './error-kinds.ts'
import { codeOf, explain } from './final-error.ts'
import { PullError } from './pull-error.ts'
import type { PullRepository } from './ports.ts'
import type { PullJob } from './pull-job.ts'
import { pullTag } from './pull-tag.ts'
import type { PulledImage, PulledTags } from './puller.ts'

/** One tag or digest of a repository. */
export async function pullOne(job: PullJob, repository: PullRepository, reference: Reference): Promise<PulledImage> {
  const image = await pullUsable(job, repository, reference)
  job.emit({ type: 'status', status: image.status, reference: familiarString(reference) })
  return image
}

/** @throws PullError `ALL_TAGS_WITH_TAG`, before anything is asked */
export function assertNameOnly(name: Reference): void {
  if (isNameOnly(name)) return
  throw new PullError('ALL_TAGS_WITH_TAG', "tag can't be used with --all-tags/-a", {
    reference: String(name),
    hint: 'give the name without a tag or digest',
  })
}

/**
 * A tag that stands for what refers to a digest: the referrers tag schema (OCI distribution-spec), and with an ending the
 * signatures and attestations that cosign files so.
 */
const referrersTag = /^sha(?:256-[0-9a-f]{64}|384-[0-9a-f]{96}|512-[0-9a-f]{128})(?:\.[a-z]+)?$/

/**
 * Every tag of a repository, in list order, one after the other, each as if it were pulled alone. A tag that fails
 * hides no other: it is told and listed, and so is a list of tags that breaks off after its first. Only a list that does
 * not begin, or the caller's abort, ends the whole. A tag that stands for no image is told and counted, and is no failure:
 * what referrers are filed under is not even asked for.
 *
 * @throws PullError `NOT_AN_IMAGE` when there is no other tag
 */
export async function pullAllTags(job: PullJob, repository: PullRepository, name: Reference): Promise<PulledTags> {
  const images: PulledImage[] = []
  const failed: { reference: string; error: unknown }[] = []
  const skipped: string[] = []
  const skip = (reference: Reference, message: string): void => {
    skipped.push(familiarString(reference))
    job.emit({ type: 'tag:skipped', reference: familiarString(reference), message })
  }
  const fail = (reference: Reference, error: unknown): void => {
    job.signal.throwIfAborted()
    const explained = explain(error, reference)
    failed.push({ reference: familiarString(reference), error: explained })
    job.emit({
      type: 'tag:failed',
      reference: familiarString(reference),
      code: codeOf(explained),
      message: explained instanceof Error ? explained.message : String(explained),
    })
  }
  try {
    for await (const tag of repository.tags({ signal: job.signal })) {
      const reference = withTag(name, tag)
      if (referrersTag.test(tag)) {
        skip(reference, 'skipped: it is not an image, but refers to one')
        continue
      }
      try {
        images.push(await pullUsable(job, repository.tagged(tag), reference))
      } catch (error) {
        if (isLadingError(error, 'NOT_AN_IMAGE')) skip(reference, `${error.message}: skipped`)
        else fail(reference, error)
      }
    }
  } catch (error) {
    // A list that breaks off takes nothing back of what it named before.
    if (images.length + failed.length + skipped.length === 0) throw error
    fail(name, error)
  }
  if (images.length + failed.length === 0 && skipped.length > 0) {
    throw new PullError('NOT_AN_IMAGE', `none of the ${skipped.length} tags of ${familiarString(name)} is an image`, {
      reference: String(name),
      hint: 'lading tags lists them; lading referrers lists what refers to an image',
    })
  }
  const status = images.some((image) => image.status === 'downloaded') ? 'downloaded' : 'up-to-date'
  if (images.length > 0) job.emit({ type: 'status', status, reference: familiarString(name) })
  return { images, failed, skipped, status }
}

/** What a mirror gave and nothing can be made of is asked of the next endpoint, as long as there is one. */
async function pullUsable(job: PullJob, repository: PullRepository, reference: Reference): Promise<PulledImage> {
  for (;;) {
    try {
      return await pullTag(job, repository, reference)
    } catch (error) {
      job.signal.throwIfAborted()
      if (!mayComeBetter(error, repository, reference)) throw error
    }
  }
}

/** Wrong bytes are the fault of whoever gave them; right ones that are of no use, of whoever named them by a tag. */
function mayComeBetter(error: unknown, repository: PullRepository, { tag = 'latest', digest }: Reference): boolean {
  const kind = kindOf(error)
  if (!isLadingError(error) || (kind !== 'wrong' && kind !== 'unusable')) return false
  const { digest: about } = error.facts
  if (kind === 'wrong' && about !== undefined && repository.distrust(about, error)) return true
  return digest === undefined && repository.distrust(tag, error)
}
