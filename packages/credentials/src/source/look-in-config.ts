import type { AbortOptions } from '@lading/clock'
import { printable } from '@lading/errors'
import { decodeEntry } from '../config/decode-entry.ts'
import { helperFor, keysFor, keysOfHost } from '../config/find-entry.ts'
import { parseConfig } from '../config/parse-config.ts'
import type { CredentialTarget, Variables } from '../credential.ts'
import { CredentialError } from '../credential-error.ts'
import { canonicalHost, dockerKey, shownKey } from '../host.ts'
import { createCredentialHelper } from '../helper/create-helper.ts'
import { namedBy } from '../helper/named-by.ts'
import type { Look } from './finding.ts'

export interface ConfigText {
  readonly source: string
  readonly place: string
  readonly text: string
  readonly rules: 'docker' | 'containers'
  /** What people should know of the place: a note behind its finding. */
  readonly note?: string | undefined
}

/**
 * What one configuration says about a host. By docker's rules a helper that is configured for the host decides alone;
 * by containers' rules what it does not know may still be in `auths`, and `credsStore` means nothing.
 *
 * @throws CredentialError for a configuration that cannot be read; a helper's error is yielded
 */
export async function* lookInConfig(
  { source, place, text, rules, note }: ConfigText,
  target: CredentialTarget,
  { env, ask, signal }: AbortOptions & { readonly env: Variables; readonly ask: boolean },
): AsyncGenerator<Look> {
  const { config, document } = parseConfig(text, place)
  const host = canonicalHost(target.host)
  const helper = helperFor(config, target, rules)
  if (helper !== undefined) {
    const how = `${helper.said} in ${printable(place)}`
    const where = { source, place: `docker-credential-${printable(helper.name, 80)}` }
    if (!ask) {
      yield { ...where, outcome: 'unasked', reason: `${how} names it; an earlier place was used` }
      return
    }
    const credential = await createCredentialHelper(helper.name, { env })
      .get(rules === 'docker' ? dockerKey(host) : host, { signal })
      .catch((error: unknown) => {
        if (error instanceof CredentialError) return error
        throw error
      })
    if (credential instanceof CredentialError) {
      yield {
        ...where,
        outcome: 'failed',
        reason: `${how} names it: ${credential.message}`,
        error: namedBy(place, credential),
      }
      return
    }
    if (credential !== undefined) {
      yield { ...where, outcome: 'used', reason: `${how} names it, and it has credentials for ${host}`, credential }
      return
    }
    yield { ...where, outcome: 'absent', reason: `${how} names it, but it has no credentials for ${host}` }
    if (rules === 'docker') return
  }
  for (const key of keysFor(config.auths.keys(), target, rules)) {
    const entry = config.auths.get(key)
    const credential = entry === undefined ? undefined : decodeEntry(document, entry)
    if (credential === undefined) continue
    yield {
      source,
      place,
      outcome: 'used',
      reason: `auths["${shownKey(key)}"] is about ${host}${note === undefined ? '' : `; ${note}`}`,
      credential,
    }
    return
  }
  const others = keysOfHost(config.auths.keys(), host).length
  const reason =
    others > 1
      ? `none of the ${others} entries of auths for ${host} is for ${printable(target.repository ?? 'all of it', 200)}`
      : `no entry of auths is for ${host}`
  yield { source, place, outcome: 'absent', reason }
}
