import type { AbortOptions, Clock } from '@lading/clock'
import type { Credential, CredentialProvider } from '../credential.ts'
import type { Identities } from './identities.ts'
import { createSingleFlight } from './single-flight.ts'

/** What the provider said of the repositories of one endpoint; `''` is the endpoint itself. */
export interface KnownCredentials {
  get(repository: string, options: AbortOptions): Promise<Credential | undefined>
  /** The provider may have another than the refused one. True: there is another now. */
  replace(repository: string, rejected: Credential, options: AbortOptions): Promise<boolean>
  /** Access was refused: the next request asks the provider anew, as somebody may have logged in since. */
  forget(repository: string): void
}

/** A helper takes time to ask; somebody who logs out, or a login that expires, is noticed after so long. */
const believedForMs = 5 * 60_000

export interface KnownCredentialsOptions {
  readonly clock: Pick<Clock, 'now'>
  /** `undefined`: we are nobody. */
  readonly provider: CredentialProvider | undefined
  readonly identities: Identities | undefined
}

export function createKnownCredentials(
  host: string,
  { clock, provider, identities }: KnownCredentialsOptions,
): KnownCredentials {
  const known = new Map<string, { readonly credential: Credential | undefined; readonly until: number }>()
  const lookups = createSingleFlight<Credential | undefined>()
  const keep = (repository: string, credential: Credential | undefined): void => {
    known.set(repository, { credential, until: clock.now() + believedForMs })
  }
  const latest = (credential: Credential | undefined): Credential | undefined =>
    identities === undefined ? credential : identities.latest(host, credential)
  const targetOf = (repository: string): { readonly host: string; readonly repository: string | undefined } => ({
    host,
    repository: repository === '' ? undefined : repository,
  })

  return {
    async get(repository, options) {
      if (provider === undefined) return undefined
      const found = known.get(repository)
      if (found !== undefined && clock.now() < found.until) return latest(found.credential)
      return lookups.run(
        repository,
        async (signal) => {
          const credential = latest(await provider(targetOf(repository), { signal }))
          // The same as before stays the same object: it may be known as refused.
          const before = latest(found?.credential)
          const same = before !== undefined && credential !== undefined && sameCredential(before, credential)
          keep(repository, same ? before : credential)
          return same ? before : credential
        },
        options,
      )
    },
    async replace(repository, rejected, { signal }) {
      const now = latest(known.get(repository)?.credential)
      if (now !== undefined && now !== rejected) return true
      const another = latest(await provider?.({ ...targetOf(repository), rejected }, { signal }))
      if (another === undefined || sameCredential(another, rejected)) return false
      keep(repository, another)
      return true
    },
    forget(repository) {
      known.delete(repository)
    },
  }
}

function sameCredential(a: Credential, b: Credential): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
