import type { AbortOptions, Clock } from '@lading/clock'
import { unlessAbsent, type Origin, type Source } from '@lading/content'
import type { Digest } from '@lading/digest'
import { registryDigestOf, type Descriptor, type Platform } from '@lading/manifest'
import {
  familiarName,
  familiarString,
  isNameOnly,
  parseReference,
  withDefaultTag,
  type Reference,
} from '@lading/reference'
import type { RegistryClient } from '@lading/registry-client'
import type { Store } from '@lading/store'
import { codeOf } from '../final-error.ts'
import { endpointTeller } from '../tell-endpoints.ts'
import { copy } from './copy.ts'
import { CopyError } from './copy-error.ts'
import type { CopyEvent } from './copy-event.ts'
import type { Copied } from './copy-options.ts'
import { explainPush } from './explain-push.ts'

export interface PushOptions extends AbortOptions {
  /** One: its manifest as it is. Several: a new index of these. Default: what the name points to, which must be here as a whole. */
  readonly platforms?: readonly Platform[] | undefined
  /** A new index of the images that are here, where not all of them are. Default false. */
  readonly onlyPresent?: boolean | undefined
  /** Send layers that are not to be distributed, too. Default false. */
  readonly includeForeign?: boolean | undefined
  /** Uploads at once. Default 5. */
  readonly jobs?: number | undefined
  /** Called synchronously, in order. What it throws ends the push. */
  readonly onEvent?: ((event: CopyEvent) => void) | undefined
  /** Default: the system's. */
  readonly clock?: Clock | undefined
}

/** What a push needs of where it is from, and to. */
export interface PushParts {
  readonly store: Pick<Store, 'source' | 'origins'>
  readonly client: Pick<RegistryClient, 'repository'>
}

export interface PushedImage extends Copied {
  /** Full canonical text. */
  readonly reference: string
  /** Of what is at the registry now: index or manifest. */
  readonly digest: Digest
}

export interface PushedTags {
  readonly images: readonly PushedImage[]
  readonly failed: readonly { readonly reference: string; readonly error: unknown }[]
}

/**
 * An image of the store to the registry that its reference names: `docker push`. What the registry has is not sent;
 * what it has in another repository, as the store remembers, is mounted.
 *
 * @param given a bare name means `latest`
 * @throws CopyError with the code of what went wrong, naming reference and host; the signal's reason
 */
export async function push(
  parts: PushParts,
  given: string | Reference,
  options: PushOptions = {},
): Promise<PushedImage> {
  const reference = withDefaultTag(typeof given === 'string' ? parseReference(given) : given)
  tellRepository(reference, options)
  return pushOne(parts, reference, options)
}

/**
 * Every tag of a repository that the store has, one after the other. Failed ones are listed, not thrown.
 *
 * @throws CopyError `ALL_TAGS_WITH_TAG`, `IMAGE_UNKNOWN` when there is none; what reading the store throws
 */
export async function pushAll(
  parts: PushParts,
  given: string | Reference,
  options: PushOptions = {},
): Promise<PushedTags> {
  const name = typeof given === 'string' ? parseReference(given) : given
  if (!isNameOnly(name))
    throw new CopyError<'ALL_TAGS_WITH_TAG'>('ALL_TAGS_WITH_TAG', "tag can't be used with --all-tags/-a", {
      reference: String(name),
      hint: 'give the name without a tag or digest',
    })
  const tagged = await taggedIn(parts, name, options)
  tellRepository(name, options)
  const images: PushedImage[] = []
  const failed: { reference: string; error: unknown }[] = []
  for (const reference of tagged) {
    try {
      images.push(await pushOne(parts, reference, options))
    } catch (error) {
      options.signal?.throwIfAborted()
      failed.push({ reference: familiarString(reference), error })
      const message = error instanceof Error ? error.message : String(error)
      options.onEvent?.({ type: 'tag:failed', reference: familiarString(reference), code: codeOf(error), message })
    }
  }
  return { images, failed }
}

const tellRepository = (reference: Reference, { onEvent }: PushOptions): void =>
  onEvent?.({ type: 'push', reference: String(reference), name: `${reference.domain}/${reference.path}` })

async function taggedIn({ store }: PushParts, name: Reference, { signal }: PushOptions): Promise<readonly Reference[]> {
  const found: Reference[] = []
  for await (const { name: text } of store.source().names({ signal })) {
    const reference = parseReference(text)
    if (reference.domain !== name.domain || reference.path !== name.path) continue
    if (reference.tag !== undefined && reference.digest === undefined) found.push(reference)
  }
  if (found.length > 0) return found
  throw new CopyError<'IMAGE_UNKNOWN'>(
    'IMAGE_UNKNOWN',
    `An image does not exist locally with the tag: ${familiarName(name)}`,
    {
      reference: String(name),
      hint: 'lading images lists what is here; lading tag gives it a name at another registry',
    },
  )
}

async function pushOne(
  { store, client }: PushParts,
  reference: Reference,
  { onEvent = () => {}, ...options }: PushOptions,
): Promise<PushedImage> {
  const { domain, path, tag } = reference
  const own: Origin = { host: domain, repository: path }
  try {
    const source = store.source()
    const root = await resolve(source, reference, options)
    warnOfSchema1(root, reference, onEvent)
    const repository = client.repository(reference, { onEvent: endpointTeller(onEvent) })
    const there: Digest[] = []
    const note = ({ digest }: Descriptor): void => void there.push(digest)
    let origins: ReturnType<typeof store.origins.at> | undefined
    const copied = await copy(source, repository.target(), root, {
      ...options,
      names: tag === undefined ? [] : [tag],
      // Only who has to send something looks for where else it is.
      mount: async ({ digest }) => (await (origins ??= store.origins.at(domain))).get(digest) ?? [],
      hooks: { after: note, mounted: note, skipped: (blob, why) => (why === 'here' ? note(blob) : undefined) },
      onEvent,
    })
    if (copied.status === 'copied') await store.origins.remember(own, there)
    warnOfForeign(copied, onEvent)
    const { digest, size } = copied.target
    const { status } = copied
    onEvent({ type: 'copied', reference: String(reference), id: tag ?? digest, digest, size, status })
    return { ...copied, reference: String(reference), digest }
  } catch (error) {
    options.signal?.throwIfAborted()
    throw explainPush(error, reference)
  }
}

/** A digest means its content, under whatever name it came. */
async function resolve(source: Source, reference: Reference, { signal }: AbortOptions): Promise<Descriptor> {
  const { digest } = reference
  const named = source.resolve(String(reference), { signal })
  if (digest === undefined) return named
  return (await unlessAbsent(named, { signal })) ?? source.resolve(digest, { signal })
}

/** What is in the store is an OCI image that was made of it: the registry will know it by another digest than its own registry does. */
function warnOfSchema1(root: Descriptor, reference: Reference, onEvent: (event: CopyEvent) => void): void {
  const before = registryDigestOf(root)
  if (before === root.digest) return
  onEvent({
    type: 'warning',
    code: 'SCHEMA1_AS_OCI',
    message: `${familiarString(reference)} was pulled as Docker schema 1 (${before}); the OCI image that was made from it is pushed, ${root.digest}`,
  })
}

function warnOfForeign({ skipped }: Copied, onEvent: (event: CopyEvent) => void): void {
  if (skipped === 0) return
  const [are, them] = skipped === 1 ? ['a layer that is', 'it'] : [`${skipped} layers that are`, 'them']
  onEvent({
    type: 'warning',
    code: 'FOREIGN_LAYERS',
    message: `without ${are} not to be distributed: whoever pulls the image must have ${them}, or fetch ${them} from the URLs in the manifest (--include-foreign pushes ${them})`,
  })
}
