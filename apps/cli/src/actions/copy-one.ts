import { namesContent } from '@lading/content'
import {
  copy as copyContent,
  copyReferrers,
  findReferrers,
  layerVerifier,
  oneDelivery,
  planCopy,
  type AskedTarget,
  type CopyOptions,
  type CopyPlan,
} from '@lading/distribution'
import type { Digest } from '@lading/digest'
import { defaultPlatform, parsePlatform, platformFromEnv, type Descriptor, type Platform } from '@lading/manifest'
import { CliError } from '../cli-error.ts'
import type { CopyPlace } from './copy-place.ts'
import { closingAll } from './copy-sides.ts'
import type { CopyDone, CopyTask } from './copy-task.ts'
import {
  askTarget,
  contentOf,
  digestWanted,
  openSource,
  openTarget,
  type OpenSource,
  type OpenTarget,
} from './open-place.ts'
import { referrerNames } from './referrer-names.ts'

/** From where and to where, and what of it is open already: of several copies each once, what can be opened once only. */
export interface Pair {
  readonly from: CopyPlace
  readonly to: CopyPlace
  readonly source?: OpenSource | undefined
  readonly target?: OpenTarget | undefined
}

/** Which images of an index: those that are asked for; docker's archives know one image of a name. */
function platformsFor(to: CopyPlace, { options, context }: CopyTask): readonly Platform[] | undefined {
  const given = options.platform?.map((text) => parsePlatform(text))
  if (to.kind === 'docker-archive' && given !== undefined && given.length > 1)
    throw new CliError('USAGE', 'a docker-archive has one image for each name, not one for each platform', {
      hint: 'give one --platform, or copy to oci-archive:',
    })
  return given ?? (to.kind === 'docker-archive' ? [hostPlatform(context)] : undefined)
}

const hostPlatform = ({ environment }: CopyTask['context']): Platform =>
  platformFromEnv({ env: environment.variables }) ?? defaultPlatform()

/** The target of a copy, opened for this pair. */
export function openTargetOf(task: CopyTask, to: CopyPlace): Promise<OpenTarget> {
  const { sides, context } = task
  return openTarget(to, sides.target, { platform: platformsFor(to, task)?.[0] ?? hostPlatform(context), context })
}

export async function copyOne(task: CopyTask, pair: Pair): Promise<CopyDone> {
  const { from, to } = pair
  const { sides, context } = task
  platformsFor(to, task)
  const closers: (() => Promise<void>)[] = []
  return closingAll(async () => {
    const source = pair.source ?? (await openSource(from, sides.source, context))
    if (pair.source === undefined) closers.push(() => source.source.close())
    if (task.options.dryRun === true) return plan(task, { from, to, source })
    const target = pair.target ?? (await openTargetOf(task, to))
    if (pair.target === undefined) closers.unshift(() => target.abort())
    return bring(task, { from, to, source, target })
  }, closers)
}

async function howFor(task: CopyTask, to: CopyPlace): Promise<CopyOptions> {
  const { sides, options, renderer, context } = task
  const { onlyPresent, includeForeign, format, compression, jobs } = options
  // What a target calls by its digest is that, or nothing.
  const converts = format !== undefined || compression !== undefined
  return {
    platforms: platformsFor(to, task),
    onlyPresent,
    includeForeign,
    preserveDigests: options.preserveDigests === true || (converts && digestWanted(to) !== undefined),
    format,
    compression,
    jobs,
    signal: context.signal,
    mount: sides.mount(to),
    verify: to.kind === 'store' ? layerVerifier(await sides.target.store()) : undefined,
    onEvent: renderer.event,
  }
}

async function bring(
  task: CopyTask,
  { from, to, source: opened, target: given }: Required<Pair> & { source: OpenSource; target: OpenTarget },
): Promise<CopyDone> {
  const { sides, options, renderer, context } = task
  const how = await howFor(task, to)
  const subjects: Digest[] = []
  const note = ({ digest, mediaType }: Pick<Descriptor, 'digest' | 'mediaType'>): void => {
    if (namesContent({ mediaType })) subjects.push(digest)
  }
  const brought: Digest[] = []
  const noteBrought = ({ digest }: Pick<Descriptor, 'digest'>): void => void brought.push(digest)
  renderer.note(`Copying ${from.text} to ${to.text}`)
  // An archive takes one delivery, with all that refers to the image.
  const shared = oneDelivery(given.target)
  const target = options.referrers === true && given.target.traits.once === true ? shared.target : given.target
  const { signal } = context
  const there = how.compression === undefined ? undefined : await contentOf(to, sides.target)
  const { platforms: _platforms, onlyPresent: _present, format: _format, compression: _kind, ...asTheyAre } = how
  try {
    const copied = await copyContent(opened.source, target, opened.what, {
      ...how,
      names: given.names,
      there,
      hooks: {
        after(descriptor) {
          noteBrought(descriptor)
          note(descriptor)
        },
        mounted: noteBrought,
        ...(options.referrers === true ? { skipped: note } : {}),
      },
      onEvent(event) {
        renderer.event(event)
        if (event.type === 'copy') assertDigest(to, event.digest)
      },
    })
    for (const place of [from, to]) await sides.remember(place, brought)
    if (copied.skipped > 0) sides.target.warn(foreignLeft(copied.skipped, to))
    const { digest, size } = copied.target
    const [id = digest] = given.names
    const referrers =
      options.referrers === true
        ? await copyReferrers(opened.source, target, subjects, {
            ...asTheyAre,
            ...referrerNames({ from, to }),
          })
        : []
    await shared.finish({ signal })
    renderer.event({ type: 'copied', reference: given.text, id, digest, size, status: copied.status })
    return { text: given.text, copied, referrers }
  } finally {
    await shared.abort()
    await there?.close()
  }
}

function foreignLeft(count: number, to: CopyPlace): string {
  const [are, them] = count === 1 ? ['a layer that is', 'it'] : [`${count} layers that are`, 'them']
  const uses = to.kind === 'registry' ? 'pulls' : 'loads'
  return `without ${are} not to be distributed: whoever ${uses} the image must have ${them}, or fetch ${them} from the URLs in the manifest (--include-foreign copies ${them})`
}

async function plan(
  task: CopyTask,
  { from, to, source: { source, what } }: Pair & { readonly source: OpenSource },
): Promise<CopyDone> {
  const { sides, options, context } = task
  const platform = platformsFor(to, task)?.[0] ?? hostPlatform(context)
  const how = await howFor(task, to)
  const { origin } = source
  const mount: CopyOptions['mount'] = async (blob) => [
    ...(origin !== undefined && to.kind === 'registry' && to.reference.domain === origin.host ? [origin] : []),
    ...((await how.mount?.(blob)) ?? []),
  ]
  const asked = (): Promise<{ readonly target: AskedTarget; readonly text: string }> =>
    askTarget(to, sides.target, { platform, context })
  const { target, text } = await asked()
  // Only a registry is asked for anything.
  const counted = (planned: CopyPlan): CopyPlan => (to.kind === 'registry' ? planned : { ...planned, requests: 0 })
  const copied = counted(await planCopy(source, target, what, { ...how, mount }))
  const referrers: CopyPlan[] = []
  if (options.referrers === true) {
    const { sourceName } = referrerNames({ from, to })
    const { signal } = context
    for await (const { referrer } of findReferrers(source, copied.digests, { sourceName, signal }))
      referrers.push(counted(await planCopy(source, (await asked()).target, referrer, { mount, signal })))
  }
  return { text, copied, referrers }
}

/** What a target calls by its digest is that, or nothing. */
function assertDigest(to: CopyPlace, digest: Digest): void {
  const wanted = digestWanted(to)
  if (wanted === undefined || wanted === digest) return
  throw new CliError('USAGE', `${to.text} expects ${wanted}, but the image to copy is ${digest}`, {
    hint: 'name the target by a tag, or the source by this digest',
  })
}
