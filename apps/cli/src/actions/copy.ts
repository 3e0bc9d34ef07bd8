import { namesContent } from '@lading/content'
import { writeOutputFile } from '@lading/content-store'
import {
  copy as copyContent,
  copyReferrers,
  layerVerifier,
  planCopy,
  type Copied,
  type CopyOptions,
  type AskedTarget,
  type CopyPlan,
} from '@lading/distribution'
import type { Digest } from '@lading/digest'
import { defaultPlatform, isIndexType, parsePlatform, platformFromEnv, type Descriptor } from '@lading/manifest'
import { familiarString, withTag } from '@lading/reference'
import { CliError } from '../cli-error.ts'
import type { Action, CommandContext } from '../context.ts'
import { createRenderer } from '../progress/create-renderer.ts'
import type { Renderer } from '../progress/renderer.ts'
import { boundedPattern } from '../text/bounded-pattern.ts'
import { jsonText } from '../text/json-line.ts'
import { formatSize } from '../text/size.ts'
import { parseCopyPlace, repositoryOf, type CopyPlace } from './copy-place.ts'
import { withCopySides, type CopySideOptions, type CopySides } from './copy-sides.ts'
import { endWithError } from './error-as-event.ts'
import { askTarget, digestWanted, openSource, openTarget, type OpenSource, type OpenTarget } from './open-place.ts'
import { copiedResult } from './pull-result.ts'
import { tellFailures } from './tell-failures.ts'

interface CopyCommandOptions extends CopySideOptions {
  readonly platform?: readonly string[] | undefined
  readonly allTags?: boolean | undefined
  readonly include?: RegExp | undefined
  readonly exclude?: RegExp | undefined
  readonly referrers?: boolean | undefined
  readonly onlyPresent?: boolean | undefined
  readonly includeForeign?: boolean | undefined
  readonly format?: 'oci' | 'docker' | undefined
  readonly compression?: 'gzip' | 'zstd' | undefined
  readonly preserveDigests?: boolean | undefined
  readonly dryRun?: boolean | undefined
  readonly jobs: number
  readonly digestFile?: string | undefined
  readonly quiet?: boolean | undefined
  readonly json?: boolean | undefined
}

/** One `lading copy`, with everything it needs. */
interface CopyTask {
  readonly sides: CopySides
  readonly options: CopyCommandOptions
  readonly renderer: Renderer
  readonly context: CommandContext
}

interface Done {
  readonly text: string
  readonly copied: Copied | CopyPlan
  readonly referrers: readonly Copied[]
}

export const copy: Action<[source: string, target: string], CopyCommandOptions> = async (
  [from, to],
  options,
  context,
) => {
  const { progress, debug } = options
  const json = progress === 'json' && options.quiet !== true
  const [source, target] = [parseCopyPlace(from), parseCopyPlace(to)]
  assertFits(source, target, options)
  const renderer = createRenderer(debug === true && progress === 'auto' ? 'plain' : progress, context.terminal, {
    quiet: options.quiet,
    verb: 'copy',
  })
  try {
    return await withCopySides({ from: source, to: target }, options, { context, renderer }, async (sides) => {
      const task: CopyTask = { sides, options, renderer, context }
      const { done, failures } =
        options.allTags === true
          ? await copyTags(task, source, target)
          : { done: [await copyOne(task, source, target)], failures: [] }
      // The screen is finished before the result comes: both may be the same terminal.
      renderer.close()
      await tell(done, task)
      return tellFailures(failures, { json, context })
    })
  } catch (error) {
    return endWithError(error, { json, context })
  } finally {
    renderer.close()
  }
}

function assertFits(source: CopyPlace, target: CopyPlace, options: CopyCommandOptions): void {
  const { allTags, include, exclude, referrers, json, dryRun } = options
  if (allTags === true) {
    repositoryOf(source)
    repositoryOf(target)
  } else if (include !== undefined || exclude !== undefined)
    throw new CliError('USAGE', '--include and --exclude choose among --all-tags', { hint: 'add --all-tags' })
  if (referrers === true && (source.kind !== 'registry' || target.kind !== 'registry'))
    throw new CliError('USAGE', '--referrers goes from registry to registry', { hint: 'leave it out' })
  const isStream = 'path' in target && target.path === '-'
  if (isStream && (json === true || dryRun === true))
    throw new CliError('USAGE', 'the result would stand in the middle of the archive', { hint: 'write it to a file' })
}

async function copyOne(task: CopyTask, from: CopyPlace, to: CopyPlace): Promise<Done> {
  const { sides, options, renderer, context } = task
  const { signal, environment } = context
  const host = platformFromEnv({ env: environment.variables }) ?? defaultPlatform()
  const given = options.platform?.map((text) => parsePlatform(text))
  if (to.kind === 'docker-archive' && given !== undefined && given.length > 1)
    throw new CliError('USAGE', "docker's archive has one image of a name, and not one for each platform", {
      hint: 'give one --platform, or copy to oci-archive:',
    })
  // docker's archives know one image of a name.
  const platforms = given ?? (to.kind === 'docker-archive' ? [host] : undefined)
  const opened = await openSource(from, sides.source, context)
  let target: OpenTarget | undefined
  try {
    const { onlyPresent, includeForeign, format, compression, jobs } = options
    // What a target calls by its digest is that, or nothing.
    const converts = format !== undefined || compression !== undefined
    const preserveDigests = options.preserveDigests === true || (converts && digestWanted(to) !== undefined)
    const there: Digest[] = []
    const note = ({ digest, mediaType }: Pick<Descriptor, 'digest' | 'mediaType'>): void => {
      if (namesContent({ mediaType })) there.push(digest)
    }
    const how: CopyOptions = {
      platforms,
      onlyPresent,
      includeForeign,
      preserveDigests,
      format,
      compression,
      jobs,
      signal,
      mount: sides.mount(to),
      verify: to.kind === 'store' ? layerVerifier(await sides.target.store()) : undefined,
      hooks: options.referrers === true ? { after: note, skipped: note } : {},
      onEvent(event) {
        renderer.event(event)
        if (event.type === 'copy') assertDigest(to, event.digest)
      },
    }
    const asked = { platform: platforms?.[0] ?? host, context }
    if (options.dryRun === true) return await plan(opened, { to, ...(await askTarget(to, sides.target, asked)) }, how)
    target = await openTarget(to, sides.target, asked)
    renderer.note(`Copying ${from.text} to ${to.text}`)
    const copied = await copyContent(opened.source, target.target, opened.what, {
      ...how,
      names: target.names,
    })
    const { digest, size } = copied.target
    const [id = digest] = target.names
    renderer.event({ type: 'copied', reference: target.text, id, digest, size, status: copied.status })
    const referrers =
      options.referrers === true
        ? await copyReferrers(opened.source, target.target, there, { jobs, signal, onEvent: renderer.event })
        : []
    return { text: target.text, copied, referrers }
  } finally {
    await target?.abort()
    await opened.source.close()
  }
}

async function plan(
  { source, what }: OpenSource,
  { to, target, text }: { readonly to: CopyPlace; readonly target: AskedTarget; readonly text: string },
  options: CopyOptions,
): Promise<Done> {
  const { origin } = source
  const mount: CopyOptions['mount'] = async (blob) => [
    ...(origin !== undefined && to.kind === 'registry' && to.reference.domain === origin.host ? [origin] : []),
    ...((await options.mount?.(blob)) ?? []),
  ]
  return { text, copied: await planCopy(source, target, what, { ...options, mount }), referrers: [] }
}

/** What a target calls by its digest is that, or nothing. */
function assertDigest(to: CopyPlace, digest: Digest): void {
  const wanted = digestWanted(to)
  if (wanted === undefined || wanted === digest) return
  throw new CliError('USAGE', `${to.text} wants ${wanted}, and what is to be copied is ${digest}`, {
    hint: 'name the target by a tag, or the source by this digest',
  })
}

function tagFilter({ include, exclude }: CopyCommandOptions): (tag: string) => boolean {
  const [wanted, unwanted] = [include, exclude].map((each) => (each === undefined ? undefined : boundedPattern(each)))
  return (tag) => wanted?.(tag) !== false && unwanted?.(tag) !== true
}

/** Every tag that is wanted, one after the other. What fails hides no other, and a list that breaks off none before it. */
async function copyTags(
  task: CopyTask,
  from: CopyPlace,
  to: CopyPlace,
): Promise<{ readonly done: readonly Done[]; readonly failures: readonly unknown[] }> {
  const isWanted = tagFilter(task.options)
  const { signal } = task.context
  const [source, target] = [repositoryOf(from), repositoryOf(to)]
  const done: Done[] = []
  const failures: unknown[] = []
  try {
    for await (const tag of task.sides.tags(from.kind, source)) {
      if (!isWanted(tag)) continue
      const at = (place: CopyPlace, name: typeof source): CopyPlace => {
        const reference = withTag(name, tag)
        return { kind: place.kind === 'store' ? 'store' : 'registry', text: familiarString(reference), reference }
      }
      try {
        done.push(await copyOne(task, at(from, source), at(to, target)))
      } catch (error) {
        signal.throwIfAborted()
        failures.push(error)
      }
    }
  } catch (error) {
    signal.throwIfAborted()
    if (done.length + failures.length === 0) throw error
    failures.push(error)
  }
  if (done.length + failures.length === 0)
    throw new CliError('USAGE', `${from.text} has no tag that is wanted`, { hint: 'lading tags lists what there is' })
  return { done, failures }
}

async function tell(done: readonly Done[], { options, context }: CopyTask): Promise<void> {
  const { print } = context
  if (options.json === true)
    for (const { text, copied, referrers } of done)
      print(jsonText(copiedResult({ reference: text, ...copied, referrers })))
  else
    for (const each of done)
      if (each.text !== '-' && !isStream(each.text))
        print('requests' in each.copied ? planText(each.text, each.copied) : each.text)
  const { digestFile } = options
  if (digestFile === undefined || done.length === 0) return
  const lines = done.map(({ copied }) => `${copied.target.digest}\n`).join('')
  await writeOutputFile(digestFile, (write) => write(new TextEncoder().encode(lines)), { signal: context.signal })
}

const isStream = (text: string): boolean => /-archive:-(?::|$)/.test(text)

function planText(text: string, { target, compress, send, mount, here, skip, requests, made }: CopyPlan): string {
  const of = (words: string, { blobs, bytes }: CopyPlan['send']): string =>
    `  ${words}: ${blobs} ${blobs === 1 ? 'blob' : 'blobs'}, ${formatSize(bytes)}`
  return [
    `${text}: ${compress.blobs > 0 ? 'its digest is known when it is compressed' : `${target.digest}${made ? `, a new ${isIndexType(target.mediaType) ? 'index' : 'manifest'}` : ''}`}`,
    ...(compress.blobs > 0 ? [of('to compress and send', compress)] : []),
    of('to send', send),
    of('to mount', mount),
    of('there already', here),
    ...(skip.blobs > 0 ? [of('not to be distributed, left', skip)] : []),
    `  requests that write: ${requests}`,
  ].join('\n')
}
