import type { AbortOptions } from '@lading/clock'
import { sameCredential, type Credential, type Variables } from '../credential.ts'
import { CredentialError } from '../credential-error.ts'
import { canonicalHost } from '../host.ts'
import { createSource, type CredentialSource } from '../source/create-source.ts'
import type { CloudOptions } from './cloud-options.ts'

export interface Cloud<Registry, Keys> {
  /** For people: `AWS`. */
  readonly name: string
  /** The registry that a host is, if it is one of this cloud's. The whole host must fit. */
  readonly registry: (host: string) => Registry | undefined
  /** What the environment offers, and under which name. `undefined`: nothing, and the cloud is never asked. */
  readonly keys: (env: Variables) => { readonly keys: Keys; readonly place: string } | undefined
  /** The names that the environment might offer it under. */
  readonly wanted: string
  readonly fetchToken: (
    registry: Registry,
    keys: Keys,
    how: AbortOptions & { readonly fetch: typeof fetch; readonly now: () => number; readonly env: Variables },
  ) => Promise<Token>
}

interface Token {
  readonly credential: Credential
  /** Milliseconds since 1970. `undefined`: not known, so that it is asked for each time. */
  readonly expiresAt?: number | undefined
}

/** A token that ends while it is used helps nobody. */
const skewMs = 60_000

/** A cloud as a source: silent for hosts of others, and where the environment has no keys for it. Keeps a token until it ends. */
export function createCloudSource<Registry, Keys>(
  cloud: Cloud<Registry, Keys>,
  { env = process.env, fetch: ask = fetch, now = Date.now }: CloudOptions,
): CredentialSource {
  const kept = new Map<string, Token>()
  const source = cloud.name
  return createSource(source, async function* (target, { signal, ask: mayAsk }) {
    const host = canonicalHost(target.host)
    const registry = cloud.registry(host)
    if (registry === undefined) return
    const offer = cloud.keys(env)
    if (offer === undefined) {
      yield { source, place: cloud.wanted, outcome: 'absent', reason: `no variable is set for ${cloud.name}` }
      return
    }
    const { place } = offer
    const known = kept.get(host)
    const usable =
      known !== undefined &&
      (known.expiresAt ?? 0) > now() + skewMs &&
      !sameCredential(known.credential, target.rejected)
    if (!usable && !mayAsk) {
      yield {
        source,
        place,
        outcome: 'unasked',
        reason: `${host} is a registry of ${cloud.name}; an earlier place was used`,
      }
      return
    }
    const token = usable ? known : await cloud.fetchToken(registry, offer.keys, { signal, fetch: ask, now, env })
    kept.set(host, token)
    yield {
      source,
      place,
      outcome: 'used',
      reason: `${host} is a registry of ${cloud.name}`,
      credential: token.credential,
    }
  })
}

/** @throws CredentialError `CLOUD_REFUSED`: there was an answer, and no token in it */
export function noToken(cloud: string, host: string): never {
  throw new CredentialError('CLOUD_REFUSED', `${cloud} gives no token: the answer of ${host} has none`, {
    host,
    hint: 'check whether a proxy answers in its place',
  })
}
