import type { AbortOptions } from '@lading/clock'
import { isLadingError, printable } from '@lading/errors'
import { RegistryError } from '../errors/registry-error.ts'
import type { CredentialProvider } from '../credential.ts'
import type { Endpoint } from '../endpoint/endpoint.ts'
import type { Wire } from '../wire/wire.ts'
import { basicHeader } from '../headers/basic-header.ts'
import { urlText } from '../headers/url-text.ts'
import type { Challenge } from '../headers/challenge.ts'
import { fetchToken, withheldHint, type BearerChallenge, type FetchedToken } from './fetch-token.ts'
import type { Identities } from './identities.ts'
import { createKnownCredentials } from './known-credentials.ts'
import { pullScope, widenScope } from './scopes.ts'
import { createSingleFlight } from './single-flight.ts'

/** A provider that always has another answer gets no further. */
const mostCredentials = 3
/** Tokens, and uses of them, that are remembered as good. */
const mostTaken = 512

/** What one endpoint wants to see, and what we have to show. Shared by all repositories there. */
export interface Authorizer {
  /** The `Authorization` for a repository, as far as the endpoint's challenge is known; `undefined`: ask without. */
  current(repository: string, options?: AuthorizeOptions): Promise<string | undefined>
  /**
   * Answers a challenge. `used` is the header that was refused. `undefined`: there is nothing else to show.
   *
   * @throws what `fetchToken` throws
   */
  answer(
    challenges: readonly Challenge[],
    used: string | undefined,
    repository: string,
    options?: AuthorizeOptions,
  ): Promise<string | undefined>
  /** True once a challenge of this endpoint was seen. */
  readonly challenged: boolean
  /** Access was refused with all that there is to show: nothing of it is believed any longer. */
  refused(repository: string, used: string | undefined): void
  hasCredentials(repository: string, options?: AbortOptions): Promise<boolean>
  /** The endpoint gave what was asked for. */
  served(repository: string, used: string | undefined, options?: Pick<AuthorizeOptions, 'scope'>): void
  /** Was this token taken before, for the same? */
  took(repository: string, used: string, options?: Pick<AuthorizeOptions, 'scope'>): boolean
  /** Was the repository served to nobody in particular? */
  isOpen(repository: string): boolean
  /**
   * Something new to show in place of what was taken before and is refused now, without a challenge. `undefined`: it was
   * never taken, or there is nothing new.
   *
   * @throws what `fetchToken` throws
   */
  renew(used: string, repository: string, options?: AuthorizeOptions): Promise<string | undefined>
  /** A request shows it now. */
  shows(used: string): void
  /** Did more than one request show it? Some registries take a token once. */
  isShared(used: string): boolean
  /**
   * A token that no other request shows. `undefined`: there is none to be had.
   *
   * @throws what `fetchToken` throws
   */
  alone(repository: string, options?: AuthorizeOptions): Promise<string | undefined>
  /** The endpoint's challenges, by one ping for all who ask. */
  challengesByPing(
    ping: (options: AbortOptions) => Promise<readonly Challenge[]>,
    options?: AbortOptions,
  ): Promise<readonly Challenge[]>
  /** Why access may be refused although there are credentials. */
  hint(repository: string): string | undefined
}

export interface AuthorizeOptions extends AbortOptions {
  /** What a token must allow, as scopes.ts writes it. Default: to pull from the repository. */
  readonly scope?: string | undefined
}

type Scheme = { readonly kind: 'basic' } | { readonly kind: 'bearer'; readonly challenge: BearerChallenge }

/** Whose challenges are answered, and as whom. */
export interface AuthorizerOptions {
  /** The endpoint's URL. */
  readonly registry: URL
  /** The endpoint on whose behalf token servers are asked. */
  readonly endpoint: Endpoint | undefined
  /** What credentials are filed under: `docker.io`, `ghcr.io`, `localhost:5000` */
  readonly host: string
  /** `undefined`: we are nobody. */
  readonly credentials: CredentialProvider | undefined
  /** Which identity tokens were renewed; not needed by nobody. */
  readonly identities?: Identities | undefined
}

export function createAuthorizer(
  wire: Wire,
  { registry, endpoint, host, credentials: provider, identities }: AuthorizerOptions,
): Authorizer {
  let scheme: Scheme | undefined
  const tokens = new Map<string, FetchedToken>()
  const credentials = createKnownCredentials(host, { clock: wire.clock, provider, identities })
  const fetches = createSingleFlight<FetchedToken>()
  const withheld = new Set<string>()
  /** Scopes as the registry wants them asked for, by what we thought. */
  const widened = new Map<string, string>()
  /** Those for which no token with a mirror's other name was to be had. */
  const ownAlone = new Set<string>()
  /** Token servers that know nothing of POST. */
  const onlyGet = new Set<string>()
  /** What was shown and taken, the latest at the end. */
  const taken = new Set<string>()
  /** How many requests showed a token, the latest at the end. */
  const showings = new Map<string, number>()
  const open = new Set<string>()
  const pings = createSingleFlight<readonly Challenge[]>()
  let pinged: readonly Challenge[] | undefined

  const scopeFor = (repository: string, { scope = pullScope(repository) }: AuthorizeOptions): string =>
    widened.get(scope) ?? scope

  const tokenFor = async (
    challenge: BearerChallenge,
    repository: string,
    options: AuthorizeOptions,
  ): Promise<string> => {
    const scope = scopeFor(repository, options)
    const known = tokens.get(scope)
    if (known !== undefined && known.token.expiresAt > wire.clock.now()) return known.token.value
    const fetched = async (asked: string): Promise<string> => {
      const work = (signal: AbortSignal): Promise<FetchedToken> =>
        fetchWithCredential(challenge, asked, repository, { signal })
      return (await fetches.run(asked, work, options)).token.value
    }
    try {
      return await fetched(scope)
    } catch (error) {
      const { scope: first = pullScope(repository) } = options
      const own = firstScopes(scope, countScopes(first))
      if (own === scope || !isRefusal(error)) throw error
      options.signal?.throwIfAborted()
      // Some give nothing for two repositories at once, and some challenges name one that is only an example.
      ownAlone.add(first)
      widened.set(first, own)
      return fetched(own)
    }
  }

  const fetchWithCredential = async (
    challenge: BearerChallenge,
    scope: string,
    repository: string,
    options: AbortOptions & { readonly alone?: boolean | undefined },
    tried = 1,
  ): Promise<FetchedToken> => {
    const first = await credentials.get(repository, options)
    let credential = first
    const once = async (): Promise<FetchedToken> => {
      options.signal?.throwIfAborted()
      credential = await credentials.get(repository, options)
      const { renewed, ...outcome } = await fetchToken(
        wire,
        { registry, endpoint, challenge, scope, repository: `${host}/${repository}`, credential, onlyGet },
        options,
      )
      if (renewed !== undefined && credential?.kind === 'identity')
        await identities?.renewed({ host, previous: credential, renewed })
      return outcome
    }
    try {
      const outcome = await (first?.kind === 'identity' && identities !== undefined
        ? identities.inTurn(host, once)
        : once())
      if (options.alone !== true) tokens.set(scope, outcome)
      if (outcome.withheld) withheld.add(repository)
      return outcome
    } catch (error) {
      const refused = isLadingError(error, 'UNAUTHORIZED') && tried < mostCredentials ? credential : undefined
      if (refused === undefined || !(await credentials.replace(repository, refused, options))) {
        if (isLadingError(error, 'UNAUTHORIZED')) credentials.forget(repository)
        throw error
      }
      return fetchWithCredential(challenge, scope, repository, options, tried + 1)
    }
  }

  const header = async (wanted: Scheme, repository: string, options: AuthorizeOptions): Promise<string | undefined> => {
    const credential = await credentials.get(repository, options)
    if (wanted.kind === 'basic') return credential?.kind === 'basic' ? basicHeader(credential) : undefined
    if (credential?.kind === 'registry') return `Bearer ${credential.token}`
    return `Bearer ${await tokenFor(wanted.challenge, repository, options)}`
  }

  /** With another credential than the one that was refused. */
  const another = async (
    wanted: Scheme,
    repository: string,
    options: AuthorizeOptions,
  ): Promise<string | undefined> => {
    const credential = await credentials.get(repository, options)
    if (credential === undefined || !(await credentials.replace(repository, credential, options))) return undefined
    return header(wanted, repository, options)
  }
  const useOf = (repository: string, used: string, options: AuthorizeOptions): string =>
    `${scopeFor(repository, options)} ${used}`
  const forget = (used: string | undefined): void => {
    for (const [scope, { token }] of tokens) if (used === `Bearer ${token.value}`) tokens.delete(scope)
  }

  return {
    async current(repository, options = {}) {
      return scheme === undefined ? undefined : header(scheme, repository, options)
    },
    async answer(challenges, used, repository, options = {}) {
      const offered = chooseScheme(challenges, registry)
      if (offered === undefined) return undefined
      const { scope: first = pullScope(repository) } = options
      const wanted = scopeFor(repository, options)
      const asked = challenges.find((challenge) => challenge.scheme === 'bearer')?.parameters.get('scope')
      // A mirror may have one more name for the repository, and no more.
      const renames = endpoint?.mirror === true && countScopes(wanted) === countScopes(first) && !ownAlone.has(first)
      const scope = asked === undefined ? wanted : widenScope(wanted, asked, { renames })
      if (scope !== wanted) widened.set(first, scope)
      const cached = tokens.get(scope)
      // Somebody else may have fetched a new one since: only the refused one is thrown away.
      if (cached !== undefined && used === `Bearer ${cached.token.value}`) tokens.delete(scope)
      const next = await header(offered, repository, options)
      // Only now: a challenge that leads nowhere must not be answered in advance from here on.
      scheme = offered
      return next === used ? another(offered, repository, options) : next
    },
    get challenged() {
      return scheme !== undefined
    },
    refused(repository, used) {
      credentials.forget(repository)
      forget(used)
    },
    async hasCredentials(repository, options = {}) {
      return (await credentials.get(repository, options)) !== undefined
    },
    served(repository, used, options = {}) {
      if (used === undefined) {
        open.add(repository)
        return
      }
      for (const key of [used, useOf(repository, used, options)]) {
        taken.delete(key)
        taken.add(key)
      }
      for (const oldest of taken) {
        if (taken.size <= mostTaken) break
        taken.delete(oldest)
      }
    },
    // A password is for everything, and says nothing of this.
    took: (repository, used, options = {}) => used.startsWith('Bearer ') && taken.has(useOf(repository, used, options)),
    isOpen: (repository) => open.has(repository),
    async renew(used, repository, options = {}) {
      if (scheme === undefined || !taken.has(used)) return undefined
      // Somebody else may have fetched a new one since.
      forget(used)
      const next = await header(scheme, repository, options)
      if (next !== used) return next
      taken.delete(used)
      return another(scheme, repository, options)
    },
    shows(used) {
      const before = showings.get(used) ?? 0
      showings.delete(used)
      showings.set(used, before + 1)
      for (const oldest of showings.keys()) {
        if (showings.size <= mostTaken) break
        showings.delete(oldest)
      }
    },
    isShared: (used) => (showings.get(used) ?? 0) > 1,
    async alone(repository, options = {}) {
      if (scheme?.kind !== 'bearer') return undefined
      const credential = await credentials.get(repository, options)
      if (credential?.kind === 'registry') return undefined
      const { signal } = options
      const scope = scopeFor(repository, options)
      const { token } = await fetchWithCredential(scheme.challenge, scope, repository, { signal, alone: true })
      return `Bearer ${token.value}`
    },
    async challengesByPing(ping, options = {}) {
      if (pinged !== undefined) return pinged
      return pings.run('', async (signal) => (pinged = await ping({ signal })), options)
    },
    hint(repository) {
      return scheme?.kind === 'bearer' && withheld.has(repository)
        ? withheldHint(registry, scheme.challenge.realm)
        : undefined
    },
  }
}

const countScopes = (scopes: string): number => scopes.split(' ').length
const firstScopes = (scopes: string, count: number): string => scopes.split(' ').slice(0, count).join(' ')
const isRefusal = (error: unknown): boolean =>
  error instanceof RegistryError && Math.floor((error.facts.status ?? 0) / 100) === 4 && error.facts.status !== 429

/** Bearer before basic: a token says less than a password. A realm that is only a name leads nowhere, and basic counts. */
export function chooseScheme(challenges: readonly Challenge[], registry: URL): Scheme | undefined {
  const bearers = challenges.filter(({ scheme, parameters }) => scheme === 'bearer' && parameters.has('realm'))
  for (const { parameters } of bearers) {
    const realm = URL.parse(urlText(parameters.get('realm') ?? ''))
    if (realm === null) continue
    realm.hash = ''
    return { kind: 'bearer', challenge: { realm, service: parameters.get('service') ?? '' } }
  }
  if (challenges.some(({ scheme }) => scheme === 'basic')) return { kind: 'basic' }
  const named = bearers[0]?.parameters.get('realm')
  if (named === undefined) return undefined
  const what = `gives an invalid URL of its token server: "${printable(named, 200)}"`
  throw new RegistryError('TOKEN_FAILED', `${registry.host} ${what}`, {
    host: registry.host,
    hint: 'its operator must correct the address of its token server',
  })
}
