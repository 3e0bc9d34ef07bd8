import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Origin } from '@lading/content'
import type { Digest } from '@lading/digest'
import type { Descriptor } from '@lading/manifest'
import { printable } from '@lading/errors'
import { parseReference, type Reference } from '@lading/reference'
import type { RegistryClient, Credential } from '@lading/registry-client'
import type { Store } from '@lading/store'
import { CliError } from '../cli-error.ts'
import type { RegistryCommandOptions } from '../command-options.ts'
import type { CommandContext } from '../context.ts'
import type { ProgressMode, Renderer } from '../progress/renderer.ts'
import type { CopyPlace } from './copy-place.ts'
import type { PlaceParts } from './open-place.ts'
import { isOnObjects, openCommandStore } from './open-store.ts'
import { openRenderedClient, type ClientSide } from './with-client.ts'

export interface CopySideOptions extends RegistryCommandOptions {
  readonly progress: ProgressMode
  readonly srcCreds?: string | undefined
  readonly destCreds?: string | undefined
  readonly srcTlsVerify?: 'true' | 'false' | undefined
  readonly destTlsVerify?: 'true' | 'false' | undefined
}

/** What the two places of a copy are opened with. */
export interface CopySides {
  readonly source: PlaceParts
  readonly target: PlaceParts
  /** Where a blob can be mounted from in the target, besides the source. */
  mount(target: CopyPlace): ((blob: Descriptor) => Promise<readonly Origin[]>) | undefined
  /** That a place has content, for whoever mounts it from there later. */
  remember(place: CopyPlace, content: readonly Digest[]): Promise<void>
  /** Of a repository at its registry, or of a name in the store. */
  tags(kind: CopyPlace['kind'], name: Reference): AsyncIterable<string>
}

/** Uses what the options say for each side, opened when it is needed, and closes it. */
export async function withCopySides<Result>(
  { from, to }: { readonly from: CopyPlace; readonly to: CopyPlace },
  options: CopySideOptions,
  { context, renderer }: { readonly context: CommandContext; readonly renderer: Pick<Renderer, 'event' | 'note'> },
  use: (sides: CopySides) => Promise<Result>,
): Promise<Result> {
  const closers: (() => Promise<void>)[] = []
  let opened: Promise<Store> | undefined
  const store = (): Promise<Store> =>
    (opened ??= openCommandStore(options, context).then((each) => {
      closers.push(() => each.close())
      return each
    }))
  const warn = (message: string): void => renderer.event({ type: 'warning', code: 'COPY_WARNING', message })
  const { note } = renderer
  const clientOf = (side: ClientSide | undefined): (() => Promise<RegistryClient>) => {
    let client: Promise<RegistryClient> | undefined
    return () =>
      (client ??= openRenderedClient(options, context, renderer, side).then((each) => {
        closers.push(() => each.close())
        return each
      }))
  }
  const { srcCreds, destCreds, srcTlsVerify, destTlsVerify } = options
  const sourceClient = clientOf(sideOf(from, { creds: srcCreds, tlsVerify: srcTlsVerify, side: 'src' }))
  // Where nothing is said of one alone, they are one: what is learned of a host is learned once.
  const same = [srcCreds, destCreds, srcTlsVerify, destTlsVerify].every((each) => each === undefined)
  const targetClient = same
    ? sourceClient
    : clientOf(sideOf(to, { creds: destCreds, tlsVerify: destTlsVerify, side: 'dest' }))
  const sides: CopySides = {
    source: { client: sourceClient, store, warn, note },
    target: { client: targetClient, store, warn, note },
    mount(place) {
      if (place.kind !== 'registry') return undefined
      let known: Promise<ReadonlyMap<string, readonly Origin[]>> | undefined
      const { domain } = place.reference
      // A store that cannot be opened knows of nothing: a copy between registries does not need it.
      const look = (): NonNullable<typeof known> =>
        store().then(
          ({ origins }) => origins.at(domain),
          () => new Map(),
        )
      return async ({ digest }) => (await (known ??= look())).get(digest) ?? []
    },
    async remember({ kind, ...place }, content) {
      if (kind !== 'registry' || content.length === 0 || !('reference' in place)) return
      const { domain, path } = place.reference
      const known = await store().catch(() => undefined)
      // Where there is no store, none is made for a hint.
      if (known !== undefined && (isOnObjects(known.root) || existsSync(join(known.root, 'lading'))))
        await known.origins.remember({ host: domain, repository: path }, content)
    },
    async *tags(kind, name) {
      if (kind === 'registry') {
        yield* (await sourceClient()).repository(name).tags({ signal: context.signal })
        return
      }
      for await (const each of (await store()).source().names({ signal: context.signal })) {
        const { domain, path, tag, digest } = parseReference(each.name)
        if (domain === name.domain && path === name.path && tag !== undefined && digest === undefined) yield tag
      }
    },
  }
  return closingAll(() => use(sides), closers)
}

interface SideOptions {
  readonly creds: string | undefined
  readonly tlsVerify: 'true' | 'false' | undefined
  readonly side: 'src' | 'dest'
}

function sideOf(place: CopyPlace, { creds, tlsVerify, side }: SideOptions): ClientSide | undefined {
  if (creds === undefined && tlsVerify === undefined) return undefined
  if (place.kind !== 'registry')
    throw new CliError(
      'USAGE',
      `${printable(place.text, 200)} is not a registry, so it cannot be used with --${side}-${creds === undefined ? 'tls-verify' : 'creds'}`,
      { hint: 'remove the option' },
    )
  const credential = creds === undefined ? undefined : parseCredential(creds, `--${side}-creds`)
  return {
    host: place.reference.domain,
    credential,
    insecure: tlsVerify === undefined ? undefined : tlsVerify === 'false',
  }
}

function parseCredential(text: string, option: string): Credential {
  const colon = text.indexOf(':')
  if (colon > 0) return { kind: 'basic', username: text.slice(0, colon), password: text.slice(colon + 1) }
  throw new CliError('USAGE', `${option} takes USER:PASSWORD`, { hint: 'or log in: lading login HOST' })
}

/** Whatever fails, everything is closed; the first failure is the one that is told. */
export async function closingAll<Result>(
  use: () => Promise<Result>,
  closers: readonly (() => Promise<void>)[],
): Promise<Result> {
  let result: { readonly value: Result } | undefined
  const failures: unknown[] = []
  try {
    result = { value: await use() }
  } catch (error) {
    failures.push(error)
  }
  for (const ended of await Promise.allSettled(closers.map((close) => close())))
    if (ended.status === 'rejected') failures.push(ended.reason)
  if (result === undefined || failures.length > 0) throw failures[0]
  return result.value
}
