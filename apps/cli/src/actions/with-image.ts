import { isAbsence, type Source } from '@lading/content'
import { keepBlobs, openImage, type Image } from '@lading/image'
import { isLadingError, printable } from '@lading/errors'
import { defaultPlatform, platformOf } from '@lading/manifest'
import { tryParseReference, withDefaultTag } from '@lading/reference'
import type { RegistryClient } from '@lading/registry-client'
import type { Store } from '@lading/store'
import type { RegistryCommandOptions } from '../command-options.ts'
import type { CommandContext } from '../context.ts'
import { askedPlatform, warnOfPlatform } from './at-platform.ts'
import { warnAt } from './client-options.ts'
import { parseCopyPlace } from './copy-place.ts'
import { assertNotReserved } from './given-reference.ts'
import { openSource, type PlaceParts } from './open-place.ts'
import { openCommandStore } from './open-store.ts'
import { withClient } from './with-client.ts'

export interface ImageOptions extends RegistryCommandOptions {
  readonly platform?: string | undefined
  /** A directory for layers of a registry that are read twice, so that they are fetched once. */
  readonly keepIn?: string | undefined
  /** A directory for a large file while its layer is read. */
  readonly spoolIn?: string | undefined
}

/**
 * Uses an image as files: of the store where it is there, and else straight from its registry; or of the place that stands before
 * it, as in `lading copy`.
 */
export async function withImage<Result>(
  text: string,
  options: ImageOptions,
  context: CommandContext,
  use: (image: Image) => Promise<Result>,
): Promise<Result> {
  assertNotReserved(text)
  const { signal } = context
  const asked = askedPlatform(options, context)
  const platform = asked ?? defaultPlatform()
  const open = async (source: Source, what: Parameters<typeof openImage>[1]): Promise<Image> => {
    const image = await openImage(source, what, { platform, signal, spoolDirectory: options.spoolIn })
    const { target, descriptor, config } = image
    if (asked !== undefined && target.digest === descriptor.digest)
      warnOfPlatform(platformOf(config), asked, { digest: descriptor.digest, context })
    return image
  }
  const isPlain =
    !/^(?:store|docker|oci|oci-archive|docker-archive):/.test(text) || tryParseReference(text) !== undefined
  if (isPlain) {
    const store = await openCommandStore({ ...options, readOnly: true }, context)
    try {
      const image = await imageInStore(store, text, open, context)
      if (image !== undefined) return await use(image)
    } finally {
      await store.close()
    }
  }
  const place = parseCopyPlace(text)
  const usePlace = async (parts: PlaceParts): Promise<Result> => {
    const { source: opened, what } = await openSource(place, parts, context)
    const isFar = place.kind === 'registry' && options.keepIn !== undefined
    const source = isFar ? keepBlobs(opened, options.keepIn) : opened
    try {
      return await use(await open(source, what))
    } finally {
      await source.close()
    }
  }
  const never = (): never => {
    throw new TypeError('no part of this place')
  }
  const parts = {
    client: async (): Promise<RegistryClient> => never(),
    store: async (): Promise<Store> => never(),
    warn: warnAt(context),
    note: (line: string): void => context.terminal.write(`${printable(line)}\n`),
  }
  if (place.kind === 'registry')
    return withClient(options, context, (client) => usePlace({ ...parts, client: async () => client }))
  if (place.kind !== 'store') return usePlace(parts)
  const store = await openCommandStore({ ...options, readOnly: true }, context)
  try {
    return await usePlace({ ...parts, store: async () => store })
  } finally {
    await store.close()
  }
}

/** A name of the store, or an image ID or the beginning of one. */
async function imageInStore(
  store: Store,
  text: string,
  open: (source: Source, what: Parameters<typeof openImage>[1]) => Promise<Image>,
  { signal }: CommandContext,
): Promise<Image | undefined> {
  const reference = tryParseReference(text)
  const named = reference === undefined ? undefined : await store.resolve(withDefaultTag(reference))
  try {
    if (named !== undefined) return await open(store.source(), named)
    if (!/^(?:sha256:)?[0-9a-f]{4,64}$/.test(text)) return undefined
    return await open(store.source(), (await store.inspect(text, { signal })).manifest)
  } catch (error) {
    signal.throwIfAborted()
    // Another platform of it is here, say.
    if (isAbsence(error) || isLadingError(error, 'IMAGE_INCOMPLETE')) return undefined
    throw error
  }
}
