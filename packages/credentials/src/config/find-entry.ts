import type { CredentialTarget } from '../credential.ts'
import { canonicalHost, dockerKey, parseHostKey, shownKey } from '../host.ts'
import type { CredentialConfig } from './credential-config.ts'

/**
 * The keys of a map that are about a target, the best first.
 *
 * - `docker`: by host alone, what stands behind it does not count; the key as docker writes it before every other spelling.
 * - `containers`: a key may name a path, which must then be the start of the repository; the longest first.
 */
export function keysFor(
  keys: Iterable<string>,
  { host, repository = '' }: CredentialTarget,
  rules: 'docker' | 'containers',
): readonly string[] {
  const wanted = canonicalHost(host)
  const exact = dockerKey(wanted)
  const rank = (key: string): number => (key === exact ? 0 : key === host || key === wanted ? 1 : 2)
  return [...keys]
    .map((key) => ({ key, ...parseHostKey(key) }))
    .filter((each) => each.host === wanted && (rules === 'docker' || covers(each.path, repository)))
    .toSorted(
      (one, other) => (rules === 'docker' ? 0 : other.path.length - one.path.length) || rank(one.key) - rank(other.key),
    )
    .map(({ key }) => key)
}

/**
 * The helper that a configuration has for a host, and where it says so. Containers' files know no `credsStore`; an
 * empty name means that the file itself keeps this host.
 */
export function helperFor(
  { credHelpers, credsStore }: CredentialConfig,
  host: string,
  rules: 'docker' | 'containers',
): { readonly name: string; readonly said: string } | undefined {
  const key = keysFor(credHelpers.keys(), { host }, 'docker')[0]
  const name = key === undefined ? (rules === 'docker' ? credsStore : undefined) : credHelpers.get(key)
  return name ? { name, said: key === undefined ? 'credsStore' : `credHelpers["${shownKey(key)}"]` } : undefined
}

/** Segment by segment: `acme` covers `acme/app` and not `acme-corp/app`. */
const covers = (path: string, repository: string): boolean =>
  path === '' || repository === path || repository.startsWith(`${path}/`)
