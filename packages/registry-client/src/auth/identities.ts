import { isLadingError, printable } from '@lading/errors'
import type { Emit } from '../client-event.ts'
import type { Credential, IdentityRenewal } from '../credential.ts'

/**
 * The identity tokens that token servers put others in place of (`refresh_token`, RFC 6749 6): the old one may be void from
 * then on. Kept for the life of a client, whatever the provider goes on saying.
 */
export interface Identities {
  /** What stands for this credential of a host now; itself, unless it was renewed. */
  latest(host: string, credential: Credential | undefined): Credential | undefined
  renewed(renewal: IdentityRenewal): Promise<void>
  /** One after the other at a host: a token that is renewed by the first would be refused to the second. */
  inTurn<T>(host: string, work: () => Promise<T>): Promise<T>
}

/** @param store where the caller keeps credentials; what it throws is told as an event and ends nothing */
export function createIdentities({
  store,
  emit,
}: {
  readonly store: ((renewal: IdentityRenewal) => void | Promise<void>) | undefined
  readonly emit: Emit
}): Identities {
  const successors = new Map<string, Credential>()
  const tails = new Map<string, Promise<unknown>>()
  // A host that knows another's token must not put its own in place of it.
  const keyOf = (host: string, { token }: { readonly token: string }): string => JSON.stringify([host, token])

  return {
    latest(host, credential) {
      let latest = credential
      while (latest?.kind === 'identity') {
        const next = successors.get(keyOf(host, latest))
        if (next === undefined) break
        latest = next
      }
      return latest
    },
    async renewed(renewal) {
      const { host, previous, renewed } = renewal
      // Never in a circle.
      successors.delete(keyOf(host, renewed))
      successors.set(keyOf(host, previous), renewed)
      if (store === undefined) {
        emit({ type: 'identity-renewed', host })
        return
      }
      try {
        await store(renewal)
        emit({ type: 'identity-renewed', host })
      } catch (error) {
        emit({ type: 'identity-renewed', host, problem: problemOf(error, renewal) })
      }
    },
    inTurn(host, work) {
      const turn = (tails.get(host) ?? Promise.resolve()).then(work)
      tails.set(
        host,
        turn.catch(() => undefined),
      )
      return turn
    },
  }
}

/** In words that are nobody's secret. */
function problemOf(error: unknown, { previous, renewed }: IdentityRenewal): string {
  if (!isLadingError(error)) return 'it could not be stored'
  return printable(error.message.replaceAll(previous.token, '***').replaceAll(renewed.token, '***'), 300)
}
