import { writeOutputFile } from '@lading/content-store'
import { push as pushImage, pushAll, type PushedImage, type PushOptions, type PushParts } from '@lading/distribution'
import { parsePlatform } from '@lading/manifest'
import { familiarName, isNameOnly, type Reference } from '@lading/reference'
import { CliError } from '../cli-error.ts'
import type { RegistryCommandOptions } from '../command-options.ts'
import type { Action, CommandContext } from '../context.ts'
import type { ExitCode } from '../exit-codes.ts'
import { createRenderer } from '../progress/create-renderer.ts'
import type { ProgressMode, Renderer } from '../progress/renderer.ts'
import { jsonLine } from '../text/json-line.ts'
import { endWithError } from './error-as-event.ts'
import { withStore } from './open-store.ts'
import { copiedResult } from './pull-result.ts'
import { tellFailures } from './tell-failures.ts'
import { withRenderedClient } from './with-client.ts'
import { givenReference } from './given-reference.ts'

interface PushCommandOptions extends RegistryCommandOptions {
  readonly allTags?: boolean | undefined
  readonly platform?: readonly string[] | undefined
  readonly onlyPresent?: boolean | undefined
  readonly includeForeign?: boolean | undefined
  readonly quiet?: boolean | undefined
  readonly progress: ProgressMode
  readonly jobs: number
  readonly digestFile?: string | undefined
}

/** One `lading push`, with everything it needs. */
interface PushTask {
  readonly parts: PushParts
  readonly how: PushOptions
  readonly renderer: Renderer
  readonly json: boolean
  readonly context: CommandContext
}

export const push: Action<[references: readonly string[]], PushCommandOptions> = async ([texts], options, context) => {
  const json = options.progress === 'json' && options.quiet !== true
  try {
    return await run(
      texts.map((text) => givenReference(text)),
      options,
      json,
      context,
    )
  } catch (error) {
    return endWithError(error, { json, context })
  }
}

async function run(
  references: readonly Reference[],
  options: PushCommandOptions,
  json: boolean,
  context: CommandContext,
): Promise<ExitCode> {
  const all = options.allTags === true
  const tagged = references.find((reference) => !isNameOnly(reference))
  if (all && tagged !== undefined) {
    throw new CliError('USAGE', "tag can't be used with --all-tags/-a", {
      hint: `remove the tag: lading push -a ${familiarName(tagged)}`,
    })
  }
  const platforms = options.platform?.map((text) => parsePlatform(text))
  const { onlyPresent = false, includeForeign = false, jobs, digestFile } = options
  const renderer = createRenderer(
    options.debug === true && options.progress === 'auto' ? 'plain' : options.progress,
    context.terminal,
    { ...options, verb: 'push', environment: context.environment },
  )
  try {
    return await withStore(options, context, (store) =>
      withRenderedClient(options, context, renderer, async (client) => {
        const how = {
          signal: context.signal,
          platforms,
          onlyPresent,
          includeForeign,
          jobs,
          onEvent: renderer.event,
        }
        const task: PushTask = { parts: { store, client }, how, renderer, json, context }
        const { pushed, failures } = await pushEach(task, references, all)
        // The screen is finished before the result comes: both may be the same terminal.
        renderer.close()
        for (const image of pushed) context.print(json ? jsonLine(copiedResult(image)) : image.reference)
        if (digestFile !== undefined && pushed.length > 0)
          await writeOutputFile(
            digestFile,
            (write) => write(new TextEncoder().encode(pushed.map(({ digest }) => `${digest}\n`).join(''))),
            { signal: context.signal },
          )
        return tellFailures(failures, task)
      }),
    )
  } finally {
    renderer.close()
  }
}

interface Outcome {
  readonly pushed: readonly PushedImage[]
  readonly failures: readonly unknown[]
}

/** One after the other. What fails hides no other; of one alone it is the command's own failure. */
async function pushEach(
  { parts, how, renderer }: PushTask,
  references: readonly Reference[],
  all: boolean,
): Promise<Outcome> {
  const pushed: PushedImage[] = []
  const failures: unknown[] = []
  for (const reference of references) {
    try {
      if (all) {
        const { images, failed } = await pushAll(parts, reference, how)
        pushed.push(...images)
        failures.push(...failed.map(({ error }) => error))
      } else {
        if (isNameOnly(reference)) renderer.note('Using default tag: latest')
        pushed.push(await pushImage(parts, reference, how))
      }
    } catch (error) {
      how.signal?.throwIfAborted()
      if (references.length === 1) throw error
      failures.push(error)
    }
  }
  return { pushed, failures }
}
