import { createPuller } from '@lading/distribution'
import { isLadingError } from '@lading/errors'
import type { Descriptor, Platform } from '@lading/manifest'
import { isNameOnly, tryParseReference, type Reference } from '@lading/reference'
import {
  assertCanUnpack,
  unpack as unpackImage,
  type IdMap,
  type ImageToUnpack,
  type Unpacked,
  type UnpackEvent,
} from '@lading/rootfs'
import type { Store } from '@lading/store'
import type { RegistryCommandOptions } from '../command-options.ts'
import type { Action, CommandContext } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { createRenderer } from '../progress/create-renderer.ts'
import type { ProgressMode, Renderer } from '../progress/renderer.ts'
import { jsonLine } from '../text/json-line.ts'
import { askedPlatform } from './at-platform.ts'
import { clientOptions } from './client-options.ts'
import { endWithError } from './error-as-event.ts'
import { assertNotReserved } from './given-reference.ts'
import { filesOf, openCommandStore } from './open-store.ts'
import { unpackWhilePulling } from './unpack-while-pulling.ts'

interface UnpackCommandOptions extends RegistryCommandOptions {
  readonly platform?: string | undefined
  readonly bundle?: boolean | undefined
  readonly rootless?: boolean | undefined
  readonly overwrite?: boolean | undefined
  readonly uidMap?: readonly IdMap[] | undefined
  readonly gidMap?: readonly IdMap[] | undefined
  readonly devices?: boolean | undefined
  readonly quiet?: boolean | undefined
  readonly progress: ProgressMode
}

/** Raised when a member of what is printed is removed or changes meaning. */
const version = 1

export const unpack: Action<[reference: string, directory: string], UnpackCommandOptions> = async (
  [term, directory],
  options,
  context,
) => {
  const { progress, quiet, debug, bundle, rootless, overwrite, uidMap, gidMap, devices } = options
  const { signal } = context
  const json = progress === 'json' && quiet !== true
  const renderer = createRenderer(debug === true && progress === 'auto' ? 'plain' : progress, context.terminal, {
    ...options,
    environment: context.environment,
  })
  const onEvent = (event: UnpackEvent): void => tell(event, { json, renderer, context })
  try {
    assertNotReserved(term)
    assertCanUnpack(directory, { rootless, overwrite })
    const store = await openCommandStore(options, context)
    try {
      const how = { signal, bundle, rootless, overwrite, uidMap, gidMap, devices, onEvent }
      const { manifest, unpacked } = await unpackHereOrThere(store, term, {
        options,
        renderer,
        context,
        unpack: (image) => unpackImage({ ...image, fileOf: filesOf(store) }, directory, how),
      })
      context.print(json ? jsonLine({ v: version, ...unpacked, manifest: manifest.digest }) : unpacked.directory)
      return exitCodes.ok
    } finally {
      await store.close()
    }
  } catch (error) {
    return endWithError(error, { json, context })
  } finally {
    renderer.close()
  }
}

interface UnpackParts {
  readonly options: UnpackCommandOptions
  readonly renderer: Renderer
  readonly context: CommandContext
  readonly unpack: (image: ImageToUnpack) => Promise<Unpacked>
}

/** From the store; what is not in it is pulled, and unpacked as it comes. */
async function unpackHereOrThere(
  store: Store,
  term: string,
  parts: UnpackParts,
): Promise<{ readonly manifest: Descriptor; readonly unpacked: Unpacked }> {
  const { options, context, unpack: unpackIt } = parts
  const platform = askedPlatform(options, context)
  let manifest: Descriptor
  try {
    manifest = (await store.inspect(term, { platform, signal: context.signal })).manifest
  } catch (error) {
    const reference = tryParseReference(term)
    if (reference === undefined || !isLadingError(error) || !absent.has(error.code)) throw error
    return pulled(store, reference, { ...parts, platform })
  }
  return { manifest, unpacked: await unpackIt({ source: store.source(), manifest }) }
}

const absent: ReadonlySet<string> = new Set(['IMAGE_UNKNOWN', 'IMAGE_INCOMPLETE', 'PLATFORM_ABSENT'])

async function pulled(
  store: Store,
  reference: Reference,
  { options, platform, renderer, context, unpack: unpackIt }: UnpackParts & { readonly platform: Platform | undefined },
): ReturnType<typeof unpackHereOrThere> {
  const warn = (message: string): void => renderer.event({ type: 'warning', code: 'HOSTS_WARNING', message })
  const puller = await createPuller({ ...(await clientOptions(options, context, { warn })), store })
  try {
    if (isNameOnly(reference)) renderer.note('Using default tag: latest')
    return await unpackWhilePulling({
      async pull(how) {
        const image = await puller.pull(reference, { ...how, platform, onEvent: renderer.event })
        // What is shown of a pull is over.
        renderer.close()
        return image
      },
      unpack: unpackIt,
      source: store.source(),
      signal: context.signal,
    })
  } finally {
    await puller.close()
  }
}

function tell(
  event: UnpackEvent,
  {
    json,
    renderer,
    context,
  }: { readonly json: boolean; readonly renderer: Renderer; readonly context: CommandContext },
): void {
  if (event.type === 'warning') renderer.event(event)
  else if (json) context.terminal.write(`${jsonLine({ v: version, type: 'unpack:layer', ...layerFacts(event) })}\n`)
  else
    renderer.note(
      `Unpacking layer ${event.index + 1} of ${event.of}: ${event.name.replace(/^[a-z0-9]+:/, '').slice(0, 12)}`,
    )
}

const layerFacts = ({ name, index, of }: Extract<UnpackEvent, { type: 'layer' }>): object => ({
  digest: name,
  index,
  of,
})
