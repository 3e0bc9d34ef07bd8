import type { AbortOptions } from '@lading/clock'
import { basicHeader } from './headers/basic-header.ts'
import type { Identities } from './auth/identities.ts'
import { chooseScheme } from './auth/authorizer.ts'
import { parseChallenges } from './headers/challenge.ts'
import { fetchToken, type BearerChallenge } from './auth/fetch-token.ts'
import type { Credential, IdentityRenewal } from './credential.ts'
import { RegistryError } from './errors/registry-error.ts'
import { ask, type Answer } from './http/ask.ts'
import { errorOfAnswer } from './http/error-of-answer.ts'
import { isWebPage } from './http/is-web-page.ts'
import { mayPassLater, repeat } from './http/repeat.ts'
import type { SignIn, SignInOptions } from './registry-client.ts'
import type { Site } from './site/site.ts'
import type { Wire } from './wire/wire.ts'

interface WithIdentities {
  readonly identities: Identities
}

const mostBytes = 64 * 1024
const wantsNothing = 'it does not say how to log in; check whether a proxy answers in its place, or ask its operator'
const noRegistry = 'check that this is the address of a registry'

/**
 * Shows a credential at `GET /v2/` (distribution-spec, "Determining Support") and looks at nothing else.
 *
 * @throws RegistryError `UNAUTHORIZED`, `DENIED`, `ORIGIN_REFUSED`, `TOKEN_FAILED`, `UNSUPPORTED` when there is no registry; TransportError
 */
export async function signIn(
  host: string,
  site: Site,
  { credential: given, identities, signal }: SignInOptions & WithIdentities,
): Promise<SignIn> {
  const { endpoint, base, api = '/v2', name, registry, wire } = site
  // One that was renewed here before is void.
  const credential = identities.latest(name, given)
  const ping = (authorization?: string): Promise<Answer> => {
    const url = new URL(`${base}${api}/`)
    const once = async (at: Wire): Promise<Answer> => {
      const answer = await ask(
        at,
        { method: 'GET', url, headers: {}, authorization },
        { registry, endpoint: site.endpoint, maxBytes: mostBytes, signal },
      )
      assertRegistry(answer)
      return answer
    }
    return repeat(wire, url, once, { signal })
  }
  const refuse = ({ head, body }: Answer, hint?: string): never => {
    const { status } = head
    const refused = status === 401 || status === 403
    throw errorOfAnswer(head, body, {
      subject: 'registry',
      hint: refused ? (hint ?? wantsNothing) : status === 404 || status === 405 ? noRegistry : undefined,
    })
  }
  const first = await ping()
  if (first.head.status === 200) return { outcome: 'not-asked', endpoint, scheme: 'none', realm: undefined }
  const scheme =
    first.head.status === 401 && !first.head.elsewhere
      ? chooseScheme(parseChallenges(first.head.headers.get('www-authenticate')), registry)
      : undefined
  if (scheme === undefined) return refuse(first)
  const realm = scheme.kind === 'bearer' ? scheme.challenge.realm.host : undefined
  const how = { endpoint, scheme: scheme.kind, realm }
  if (
    scheme.kind === 'bearer' &&
    credential !== undefined &&
    credential.kind !== 'registry' &&
    isWithheld(site, scheme.challenge)
  )
    return { outcome: 'withheld', ...how }
  let renewed: Credential | undefined
  const renews = async (next: IdentityRenewal['renewed']): Promise<void> => {
    renewed = next
    if (credential?.kind === 'identity') await identities.renewed({ host: name, previous: credential, renewed: next })
  }
  const authorization =
    scheme.kind === 'basic'
      ? basic(host, credential)
      : await bearer(site, host, { challenge: scheme.challenge, credential, renews, signal })
  if (authorization === undefined) return refuse(first, `log in: lading login ${host}`)
  const second = await ping(authorization)
  if (second.head.status !== 200)
    return refuse(
      second,
      credential === undefined ? `log in: lading login ${host}` : 'check the user name and the password',
    )
  return {
    outcome: credential === undefined ? 'anonymous' : 'accepted',
    ...how,
    ...(renewed === undefined ? {} : { renewed }),
  }
}

/** A network that wants a sign-in of its own answers everything with its page, and has accepted nobody. */
function assertRegistry({ head, body }: Answer): void {
  const { status, headers, url } = head
  if (mayPassLater(status)) throw errorOfAnswer(head, body, { subject: 'registry' })
  if (status === 200 && isWebPage(headers, body)) {
    throw new RegistryError('BAD_RESPONSE', `${url.host} sent a web page`, {
      host: url.host,
      status,
      hint: 'check that this is the address of a registry, and that no proxy or login page answers in its place',
    })
  }
}

/** A realm that may not even be called is `fetchToken`'s to refuse. */
function isWithheld({ wire, registry, endpoint }: Site, { realm }: BearerChallenge): boolean {
  const decision = wire.judge({ url: realm, from: registry, registry, endpoint, purpose: 'realm' })
  return decision.call && !decision.show.authorization
}

function basic(host: string, credential: Credential | undefined): string | undefined {
  if (credential === undefined || credential.kind === 'basic')
    return credential === undefined ? undefined : basicHeader(credential)
  throw new RegistryError('UNAUTHORIZED', `${host} requires a user name and a password; it does not support tokens`, {
    host,
    hint: 'log in with a user name and a password',
  })
}

async function bearer(
  { wire, registry, endpoint }: Site,
  host: string,
  {
    credential,
    signal,
    challenge,
    renews,
  }: {
    readonly challenge: BearerChallenge
    readonly credential: Credential | undefined
    readonly renews: (renewed: IdentityRenewal['renewed']) => Promise<void>
  } & AbortOptions,
): Promise<string> {
  if (credential?.kind === 'registry') return `Bearer ${credential.token}`
  const { token, renewed } = await fetchToken(
    wire,
    { registry, endpoint, challenge, scope: '', repository: host, credential },
    { signal },
  )
  if (renewed !== undefined) await renews(renewed)
  return `Bearer ${token.value}`
}
