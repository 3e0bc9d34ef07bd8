import { createPuller } from '@lading/distribution'
import { familiarName, isNameOnly, parseReference, type Reference } from '@lading/reference'
import type { ClientEvent } from '@lading/registry-client'
import { CliError } from '../cli-error.ts'
import type { Action, CommandContext } from '../context.ts'
import { exitCodeOf } from '../exit-code-of.ts'
import type { ExitCode } from '../exit-codes.ts'
import { createRenderer } from '../progress/create-renderer.ts'
import { jsonLine } from '../text/json-line.ts'
import { askedPlatform } from './at-platform.ts'
import { clientOptions } from './client-options.ts'
import { rootOf } from './open-store.ts'
import { pullAllTags } from './pull-all-tags.ts'
import { pullOne } from './pull-one.ts'
import { errorEvent } from './pull-result.ts'
import type { PullCommandOptions } from './pull-task.ts'
import { warningText } from './with-client.ts'

export const pull: Action<[reference: string], PullCommandOptions> = async ([text], options, context) => {
  const json = options.progress === 'json' && options.quiet !== true
  try {
    return await run(parseReference(text), options, json, context)
  } catch (error) {
    if (!json) throw error
    // Whoever reads events reads the error as one of them.
    const why: unknown = context.signal.aborted ? context.signal.reason : error
    context.terminal.write(`${jsonLine(errorEvent(why))}\n`)
    return exitCodeOf(why)
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
      hint: `leave the tag out: lading pull -a ${familiarName(reference)}`,
    })
  }
  const platform = askedPlatform(options, context)
  const given = await clientOptions(options, context)
  const renderer = createRenderer(
    options.debug === true && options.progress === 'auto' ? 'plain' : options.progress,
    context.terminal,
    options,
  )
  const onEvent = (event: ClientEvent): void => {
    given.onEvent?.(event)
    const message = warningText(event)
    if (message !== undefined)
      renderer.event({
        type: 'warning',
        code: event.type === 'warning' ? 'REGISTRY_WARNING' : 'IDENTITY_NOT_STORED',
        message,
      })
  }
  const puller = await createPuller({ ...given, onEvent, root: rootOf(options, context), jobs: options.jobs })
  const how = {
    signal: context.signal,
    platform,
    verify: options.verify,
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
  }
}
