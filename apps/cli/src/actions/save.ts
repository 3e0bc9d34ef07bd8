import { tmpdir } from 'node:os'
import { createArchive, type ArchiveFormat, type ArchiveSink } from '@lading/archive'
import { openOutputFile } from '@lading/content-store'
import { saveImage, type ImageToSave } from '@lading/distribution'
import { defaultPlatform, parsePlatform, platformFromEnv, samePlatform, type Platform } from '@lading/manifest'
import { nameOf, tryParseReference, withDefaultTag, type Reference } from '@lading/reference'
import type { RegistryClient } from '@lading/registry-client'
import type { Store } from '@lading/store'
import { CliError } from '../cli-error.ts'
import type { RegistryCommandOptions } from '../command-options.ts'
import type { Action, CommandContext } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Flow, FlowMode } from '../progress/flow.ts'
import { withFlow } from '../progress/with-flow.ts'
import { warnAt } from './client-options.ts'
import { assertNotReserved } from './given-reference.ts'
import { withStore } from './open-store.ts'
import { remoteTarget } from './remote-target.ts'
import { tellRetries } from './tell-retries.ts'
import { withClient } from './with-client.ts'

interface SaveCommandOptions extends RegistryCommandOptions {
  readonly output?: string | undefined
  readonly format: ArchiveFormat
  readonly platform?: readonly string[] | undefined
  readonly uncompressed?: boolean | undefined
  readonly fromRegistry?: boolean | undefined
  readonly force?: boolean | undefined
  readonly quiet?: boolean | undefined
  readonly progress: FlowMode
}

export const save: Action<[images: readonly string[]], SaveCommandOptions> = async ([terms], options, context) => {
  const file = options.output === '-' ? undefined : options.output
  if (file === undefined && context.output.interactive && options.force !== true)
    throw new CliError('USAGE', 'standard output is a terminal, and an archive is binary', {
      hint: 'write to a file with -o FILE, or to a pipe; --force writes to the terminal',
    })
  const platforms = options.platform?.map((text) => parsePlatform(text))
  if (options.format === 'docker' && platforms !== undefined && platforms.length > 1)
    throw new CliError('USAGE', 'a docker-archive has one image for each name, not one for each platform', {
      hint: 'give one --platform, or write another format: --format both',
    })
  const isSeen = file === undefined && context.output.interactive
  const shown = { progress: options.progress, quiet: options.quiet === true || isSeen }
  const write = (images: readonly ImageToSave[]): Promise<void> =>
    withFlow(shown, context, (flow, told) => writeArchive(images, { file, platforms, flow }, options, told))
  if (options.fromRegistry === true)
    await withClient(options, context, async (client) =>
      write(await eachOf(terms, (term) => ofRegistry(client, term, context))),
    )
  else
    await withStore({ ...options, readOnly: true }, context, async (store) =>
      write(await eachOf(terms, (term) => ofStore(store, term, context))),
    )
  return exitCodes.ok
}

interface ArchiveToWrite {
  /** Absent: standard output. */
  readonly file: string | undefined
  readonly platforms: readonly Platform[] | undefined
  readonly flow: Flow
}

async function writeArchive(
  images: readonly ImageToSave[],
  { file, platforms, flow }: ArchiveToWrite,
  { format, uncompressed, fromRegistry }: SaveCommandOptions,
  context: CommandContext,
): Promise<void> {
  const { signal, environment, output } = context
  const warn = warnAt(context)
  const host = platformFromEnv({ env: environment.variables }) ?? defaultPlatform()
  const sink: ArchiveSink =
    file === undefined
      ? { givesBack: true, write: (bytes) => output.write(bytes) }
      : await openOutputFile(file, { signal })
  const archive = createArchive(counted(sink, flow), {
    format,
    platform: platforms?.find((each) => samePlatform(each, host)) ?? platforms?.[0] ?? host,
    spoolDirectory: tmpdir(),
    onEvent: ({ message }) => warn(message),
  })
  if (uncompressed === true)
    context.terminal.write('Each layer is first decompressed to a temporary file, because its size is not known.\n')
  // Without the signal: it waits for nothing, and what was opened must be given up in any case.
  const delivery = await archive.begin()
  try {
    for (const image of images)
      await saveImage(image, delivery, {
        signal,
        platforms,
        only: format === 'docker' && platforms === undefined ? host : undefined,
        uncompressed,
        partial: fromRegistry !== true,
        onWarning: ({ message }) => warn(message),
        onRetry: tellRetries(context),
      })
    await delivery.finish({ signal })
  } finally {
    await delivery.abort()
  }
}

const counted = (sink: ArchiveSink, flow: Flow): ArchiveSink => ({
  ...sink,
  write(bytes) {
    flow.add(bytes.byteLength)
    return sink.write(bytes)
  },
})

/** All of them are known before anything is written. */
async function eachOf<T>(terms: readonly string[], find: (term: string) => Promise<T>): Promise<readonly T[]> {
  const found: T[] = []
  for (const term of terms) {
    assertNotReserved(term)
    found.push(await find(term))
  }
  return found
}

async function ofRegistry(client: RegistryClient, term: string, { signal }: CommandContext): Promise<ImageToSave> {
  const { reference, target } = remoteTarget(term)
  const source = client.repository(reference).source()
  return { source, target: await source.resolve(target, { signal }), names: [fullName(reference)] }
}

async function ofStore(store: Store, term: string, { signal }: CommandContext): Promise<ImageToSave> {
  const source = store.source()
  const reference = tryParseReference(term)
  const named = reference === undefined ? undefined : await store.resolve(reference)
  if (reference !== undefined && named !== undefined) return { source, target: named, names: [fullName(reference)] }
  // An ID, or the start of one: one image, and no name.
  const { manifest } = await store.inspect(term, { signal })
  return { source, target: manifest, names: [] }
}

/** As the store has it. A digest decides over a tag. */
const fullName = (reference: Reference): string =>
  reference.digest === undefined ? String(withDefaultTag(reference)) : `${nameOf(reference)}@${reference.digest}`
