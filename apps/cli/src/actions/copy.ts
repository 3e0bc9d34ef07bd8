import { writeOutputFile } from '@lading/content-store'
import type { CopyPlan } from '@lading/distribution'
import { printable } from '@lading/errors'
import { isIndexType } from '@lading/manifest'
import { CliError } from '../cli-error.ts'
import type { Action } from '../context.ts'
import { createRenderer } from '../progress/create-renderer.ts'
import { jsonText } from '../text/json-line.ts'
import { formatSize } from '../text/size.ts'
import { copyOne } from './copy-one.ts'
import { parseCopyPlace, type CopyPlace } from './copy-place.ts'
import { withCopySides } from './copy-sides.ts'
import { assertHasTags, copyTags } from './copy-tags.ts'
import type { CopyCommandOptions, CopyDone, CopyTask } from './copy-task.ts'
import { endWithError } from './error-as-event.ts'
import { copiedResult } from './pull-result.ts'
import { assertKeepsReferrers } from './referrer-names.ts'
import { tellFailures } from './tell-failures.ts'

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
    environment: context.environment,
  })
  try {
    return await withCopySides({ from: source, to: target }, options, { context, renderer }, async (sides) => {
      const task: CopyTask = { sides, options, renderer, context }
      const { done, failures } =
        options.allTags === true
          ? await copyTags(task, source, target)
          : { done: [await copyOne(task, { from: source, to: target })], failures: [] }
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
  const { allTags, include, exclude, referrers, format, compression, json, dryRun } = options
  if (allTags === true) {
    assertHasTags(source)
    assertHasTags(target)
  } else if (include !== undefined || exclude !== undefined)
    throw new CliError('USAGE', '--include and --exclude need --all-tags', { hint: 'add --all-tags' })
  if (referrers === true) {
    assertKeepsReferrers(source)
    assertKeepsReferrers(target)
    if (format !== undefined || compression !== undefined)
      throw new CliError(
        'USAGE',
        'referrers name an image by its digest, which another format or compression changes',
        {
          hint: 'remove --referrers, or --format and --compression',
        },
      )
  }
  const isStream = 'path' in target && target.kind.endsWith('-archive') && target.path === '-'
  if (isStream && (json === true || dryRun === true))
    throw new CliError('USAGE', '--json and the archive cannot both go to standard output', {
      hint: 'write it to a file',
    })
}

async function tell(done: readonly CopyDone[], { options, context }: CopyTask): Promise<void> {
  const { print } = context
  if (options.json === true)
    for (const { text, copied, referrers } of done)
      print(jsonText(copiedResult({ reference: text, ...copied, referrers })))
  else
    for (const each of done)
      if (each.text !== '-' && !isStream(each.text))
        print('requests' in each.copied ? planText(shown(each.text), each.copied, each.referrers) : shown(each.text))
  const { digestFile } = options
  if (digestFile === undefined || done.length === 0) return
  const lines = done.map(({ copied }) => `${copied.target.digest}\n`).join('')
  await writeOutputFile(digestFile, (write) => write(new TextEncoder().encode(lines)), { signal: context.signal })
}

/** With --all-tags an archive says what its images are called. */
const shown = (text: string): string => printable(text, 8192)

const isStream = (text: string): boolean => /-archive:-(?::|$)/.test(text)

function planText(text: string, plan: CopyPlan, referrers: CopyDone['referrers']): string {
  const { target, compress, send, mount, here, skip, requests, made } = plan
  const plans = referrers.filter((each): each is CopyPlan => 'requests' in each)
  const all = plans.reduce((sum, each) => sum + each.requests, requests)
  const of = (words: string, { blobs, bytes }: CopyPlan['send']): string =>
    `  ${words}: ${blobs} ${blobs === 1 ? 'blob' : 'blobs'}, ${formatSize(bytes)}`
  return [
    `${text}: ${compress.blobs > 0 ? 'its digest is known when it is compressed' : `${target.digest}${made ? `, a new ${isIndexType(target.mediaType) ? 'index' : 'manifest'}` : ''}`}`,
    ...(compress.blobs > 0 ? [of('to compress and send', compress)] : []),
    of('to send', send),
    of('to mount', mount),
    of('there already', here),
    ...(skip.blobs > 0 ? [of('not distributable, skipped', skip)] : []),
    ...(plans.length > 0
      ? [of(`to send of ${plans.length} ${plans.length === 1 ? 'referrer' : 'referrers'}`, sumOf(plans))]
      : []),
    ...(all > 0 ? [`  requests that write: ${all}`] : []),
  ].join('\n')
}

const sumOf = (plans: readonly CopyPlan[]): CopyPlan['send'] => ({
  blobs: plans.reduce((sum, { send }) => sum + send.blobs, 0),
  bytes: plans.reduce((sum, { send }) => sum + send.bytes, 0),
})
