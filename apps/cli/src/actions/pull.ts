import { createPuller, type Puller, type PullOptions } from '@lading/distribution'
import { familiarName, isNameOnly, type Reference } from '@lading/reference'
import type { ClientEvent } from '@lading/registry-client'
import { CliError } from '../cli-error.ts'
import type { RegistryCommandOptions } from '../command-options.ts'
import type { CommandContext, Action } from '../context.ts'
import { exitCodeOf } from '../exit-code-of.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { createRenderer } from '../progress/create-renderer.ts'
import type { ProgressMode, Renderer } from '../progress/renderer.ts'
import { jsonLine } from '../text/json-line.ts'
import { askedPlatform } from './at-platform.ts'
import { clientOptions } from './client-options.ts'
import { endWithError } from './error-as-event.ts'
import { isOnObjects, openCommandStore, rootOf } from './open-store.ts'
import { imageResult, tagsResult } from './pull-result.ts'
import { whileOpening } from './while-opening.ts'
import { warningText } from './with-client.ts'
import { givenReference } from './given-reference.ts'

interface PullCommandOptions extends RegistryCommandOptions {
  readonly allTags?: boolean | undefined
  readonly platform?: string | undefined
  readonly quiet?: boolean | undefined
  readonly progress: ProgressMode
  readonly verify: 'full' | 'digest'
  readonly verifyStored?: boolean | undefined
  readonly resume: boolean
  readonly jobs?: number | undefined
  readonly ranges: number
  readonly maxLayerSize?: number | undefined
  readonly maxInflationRatio?: number | undefined
  readonly allowForeignUrls?: boolean | undefined
  readonly allowSchema1?: boolean | undefined
}

/** One `lading pull`, with everything it needs. */
interface PullTask {
  readonly puller: Puller
  readonly reference: Reference
  readonly renderer: Renderer
  /** Results and errors are JSON. */
  readonly json: boolean
  readonly how: PullOptions
  readonly context: CommandContext
}

export const pull: Action<[reference: string], PullCommandOptions> = async ([text], options, context) => {
  const json = options.progress === 'json' && options.quiet !== true
  try {
    return await run(givenReference(text), options, json, context)
  } catch (error) {
    return endWithError(error, { json, context })
  }
}

async function run(
  reference: Reference,
  options: PullCommandOptions,
  json: boolean,
  context: CommandContext,
): Promise<ExitCode> {
  const all = options.allTags === true
  if (all && !isNameOnly(reference)) {
    throw new CliError('USAGE', "tag can't be used with --all-tags/-a", {
      hint: `remove the tag: lading pull -a ${familiarName(reference)}`,
    })
  }
  const platform = askedPlatform(options, context)
  const renderer = createRenderer(
    options.debug === true && options.progress === 'auto' ? 'plain' : options.progress,
    context.terminal,
    { ...options, environment: context.environment },
  )
  const warn = (code: string, message: string): void => renderer.event({ type: 'warning', code, message })
  try {
    const given = await clientOptions(options, context, { warn: (message) => warn('HOSTS_WARNING', message) })
    const onEvent = (event: ClientEvent): void => {
      given.onEvent?.(event)
      const message = warningText(event)
      if (message !== undefined) warn(event.type === 'warning' ? 'REGISTRY_WARNING' : 'IDENTITY_NOT_STORED', message)
    }
    const { jobs, maxLayerSize, maxInflationRatio } = options
    const root = rootOf(options, context)
    const store = isOnObjects(root) ? await openCommandStore(options, context) : undefined
    const puller = await whileOpening(
      () =>
        createPuller({
          ...given,
          onEvent,
          store,
          root,
          lockTimeoutMs: options.lockTimeout,
          jobs,
          maxLayerSize,
          maxInflationRatio,
        }),
      { root, context, tell: (line) => warn('ROOT_SILENT', line) },
    )
    const how = {
      signal: context.signal,
      platform,
      verify: options.verify,
      verifyStored: options.verifyStored ?? false,
      resume: options.resume,
      ranges: options.ranges,
      allowForeignUrls: options.allowForeignUrls ?? false,
      allowSchema1: options.allowSchema1 ?? false,
      onEvent: renderer.event,
    }
    const task = { puller, reference, renderer, json, how, context }
    try {
      return await (all ? pullAllTags(task) : pullOne(task))
    } finally {
      renderer.close()
      await puller.close()
      await store?.close()
    }
  } finally {
    renderer.close()
  }
}

async function pullOne({ puller, reference, renderer, json, how, context }: PullTask): Promise<ExitCode> {
  if (isNameOnly(reference)) renderer.note('Using default tag: latest')
  const image = await puller.pull(reference, how)
  // The screen is finished before the result comes: both may be the same terminal.
  renderer.close()
  context.print(json ? jsonLine(imageResult(image)) : image.reference)
  return exitCodes.ok
}

/** Every tag: what was pulled is printed, what failed is told at the end and makes the exit code. */
async function pullAllTags({ puller, reference, renderer, json, how, context }: PullTask): Promise<ExitCode> {
  const tags = await puller.pullAll(reference, how)
  renderer.close()
  if (json) context.print(jsonLine(tagsResult(tags)))
  else for (const image of tags.images) context.print(image.reference)
  const { length: skipped } = tags.skipped
  if (skipped > 0 && !json)
    context.terminal.write(skipped === 1 ? '1 tag skipped: not an image\n' : `${skipped} tags skipped: not images\n`)
  if (tags.failed.length === 0) return exitCodes.ok
  const codes = tags.failed.map(({ error }) => (json ? exitCodeOf(error) : context.report(error)))
  const [first = exitCodes.failure] = codes
  return codes.every((code) => code === first) ? first : exitCodes.failure
}
