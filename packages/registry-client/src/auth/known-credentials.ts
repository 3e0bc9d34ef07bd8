import type { AbortOptions, Clock } from '@lading/clock'
import type { Credential, CredentialProvider } from '../credential.ts'
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

/** @param provider `undefined`: we are nobody */
export function createKnownCredentials(
  clock: Pick<Clock, 'now'>,
  provider: CredentialProvider | undefined,
  host: string,
): KnownCredentials {
  const known = new Map<string, { readonly credential: Credential | undefined; readonly until: number }>()
  const lookups = createSingleFlight<Credential | undefined>()
  const keep = (repository: string, credential: Credential | undefined): void => {
    known.set(repository, { credential, until: clock.now() + believedForMs })
  }
  const targetOf = (repository: string): { readonly host: string; readonly repository: string | undefined } => ({
    host,
    repository: repository === '' ? undefined : repository,
  })

  return {
    async get(repository, options) {
      if (provider === undefined) return undefined
      const found = known.get(repository)
      if (found !== undefined && clock.now() < found.until) return found.credential
      return lookups.run(
        repository,
        async (signal) => {
          const credential = await provider(targetOf(repository), { signal })
          // The same as before stays the same object: it may be known as refused.
          const before = found?.credential
          const same = before !== undefined && credential !== undefined && sameCredential(before, credential)
          keep(repository, same ? before : credential)
          return same ? before : credential
        },
        options,
      )
    },
    async replace(repository, rejected, options) {
      const now = known.get(repository)?.credential
      if (now !== undefined && now !== rejected) return true
      const another = await provider?.({ ...targetOf(repository), rejected }, options)
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
