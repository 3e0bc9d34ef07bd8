import { loadArchive, type LoadedImage, type LoadEvent } from '@lading/distribution'
import { printable } from '@lading/errors'
import { parsePlatform } from '@lading/manifest'
import { familiarString, parseReference } from '@lading/reference'
import { CliError } from '../cli-error.ts'
import type { GlobalOptions } from '../command-options.ts'
import type { Action, CommandContext } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Flow, FlowMode } from '../progress/flow.ts'
import { withFlow } from '../progress/with-flow.ts'
import { formatSize } from '../text/size.ts'
import { warnAt } from './client-options.ts'
import { withStore } from './open-store.ts'
import { givenReference } from './given-reference.ts'

interface LoadOptions extends GlobalOptions {
  readonly input?: string | undefined
  readonly platform?: readonly string[] | undefined
  readonly name?: string | undefined
  readonly names: boolean
  readonly maxSize?: number | undefined
  readonly maxInflationRatio?: number | undefined
  readonly quiet?: boolean | undefined
  readonly progress: FlowMode
}

export const load: Action<[], LoadOptions> = async (_, options, context) => {
  const { name, names, quiet = false } = options
  if (name !== undefined && !names)
    throw new CliError('USAGE', '--name and --no-names cannot be used together', { hint: 'remove one of them' })
  const { signal, input } = context
  const file = options.input === '-' ? undefined : options.input
  if (file === undefined && input.interactive)
    throw new CliError('USAGE', 'standard input is a terminal, not an archive', {
      hint: 'use lading load -i FILE, or a pipe',
    })
  const images = await withFlow({ progress: options.progress, quiet }, context, (flow, told) => {
    const tell = teller(told, quiet)
    const count = counter(flow)
    const how = {
      name: name === undefined ? undefined : givenReference(name),
      noNames: !names,
      platforms: options.platform?.map((platform) => parsePlatform(platform)),
      freeChunks: true,
      bounds: { maxOutput: options.maxSize, maxRatio: options.maxInflationRatio },
      signal,
      onEvent(event: LoadEvent): void {
        // What comes through a pipe is counted there.
        if (file !== undefined) count(event)
        tell(event)
      },
    }
    // When layers are worked on, everything has come and is written: nothing else waits for this thread.
    return withStore({ ...options, callerWorks: true }, told, (store) =>
      loadArchive(store, file ?? counted(input.chunks({ signal }), flow), how),
    )
  })
  if (images.length === 0) warnAt(context)('the archive contains no image: nothing was loaded')
  for (const line of images.flatMap(linesOf)) context.print(line)
  return exitCodes.ok
}

async function* counted(chunks: AsyncIterable<Uint8Array>, flow: Flow): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of chunks) {
    flow.add(chunk.byteLength)
    yield chunk
  }
}

/** In docker's words. */
const linesOf = ({ names, id, target }: LoadedImage): readonly string[] =>
  names.length > 0
    ? names.map((each) => `Loaded image: ${familiarString(parseReference(each))}`)
    : [`Loaded image ID: ${id ?? target.digest}`]

/** Counts the layers of an archive that is read where it is. */
function counter(flow: Flow): (event: LoadEvent) => void {
  const sizes = new Map<string, number>()
  const sent = new Map<string, number>()
  return (event) => {
    if (event.type === 'layer:preparing') {
      sizes.set(event.id, event.size)
      flow.expect(event.size)
    } else if (event.type === 'layer:sending') {
      flow.add(event.current - (sent.get(event.digest) ?? 0))
      sent.set(event.digest, event.current)
      sizes.delete(event.id)
    } else if (event.type === 'layer:here') flow.expect(-(sizes.get(event.id) ?? 0))
  }
}

function teller({ terminal }: CommandContext, quiet: boolean): (event: LoadEvent) => void {
  const tell = (line: string): void => terminal.write(`${line}\n`)
  // What came through a pipe is told when it comes, and is there when it is looked for.
  let asItComes = false
  const sizes = new Map<string, number>()
  return (event) => {
    switch (event.type) {
      case 'warning':
        return tell(`${terminal.paint('yellow', 'WARNING:')} ${event.message}`)
      case 'moved':
        return tell(
          `The image ${familiarString(parseReference(event.reference))} already exists, renaming the old one with ID ${event.previous} to empty string`,
        )
      case 'member':
        asItComes = true
        if (!quiet) tell(`${printable(event.path, 100)}: Loading  ${formatSize(event.size, 3)}`)
        return undefined
      case 'layer:preparing':
        sizes.set(event.id, event.size)
        return undefined
      case 'layer:sending':
      case 'layer:sent': {
        const size = sizes.get(event.id)
        // Once, and not of what is here.
        sizes.delete(event.id)
        if (!quiet && !asItComes && size !== undefined) tell(`${event.id}: Loading layer  ${formatSize(size, 3)}`)
        return undefined
      }
      case 'layer:here':
        if (!quiet && !asItComes) tell(`${event.id}: Layer already exists`)
        return undefined
      default:
        return undefined
    }
  }
}
