import type { CredentialTarget } from '../credential.ts'
import { canonicalHost, dockerKey, parseHostKey, shownKey } from '../host.ts'
import type { CredentialConfig } from './credential-config.ts'

/**
 * The keys of a map that are about a target, the best first, whatever the order of the file. A key may name a path, which
 * must then be the start of the repository, segment by segment: the longest counts, and after all of them the host.
 *
 * - `docker`: a URL is about its host, whatever its path; and where one key alone is about the host, it is, whatever its
 *   path, as docker has it. Of several for other paths none is: docker would take any.
 * - `containers`: a path that does not cover the repository is somebody else's.
 */
export function keysFor(
  keys: Iterable<string>,
  { host, repository = '' }: CredentialTarget,
  rules: 'docker' | 'containers',
): readonly string[] {
  const all = keysOfHost(keys, host)
  const fitting = all.filter(({ path }) => path !== '' && covers(path, repository))
  const ofHost = all.filter(({ path, whole }) => path === '' || (rules === 'docker' && whole))
  const found = [
    ...fitting.toSorted((one, other) => other.path.length - one.path.length || inOrder(one.key, other.key)),
    ...ofHost.filter((each) => !fitting.includes(each)).toSorted(bySpelling(host)),
  ]
  return (rules === 'docker' && found.length === 0 && all.length === 1 ? all : found).map(({ key }) => key)
}

/** The keys that are about a host as a whole: what a login writes there, in every spelling. */
export function keysOfWholeHost(keys: Iterable<string>, host: string): readonly string[] {
  return keysOfHost(keys, host)
    .filter(({ whole }) => whole)
    .toSorted(bySpelling(host))
    .map(({ key }) => key)
}

/** Every key of a host, whatever its path. */
export function keysOfHost(
  keys: Iterable<string>,
  host: string,
): readonly (ReturnType<typeof parseHostKey> & { readonly key: string })[] {
  const wanted = canonicalHost(host)
  return [...keys].map((key) => ({ key, ...parseHostKey(key) })).filter((each) => each.host === wanted)
}

/** As docker writes it, as an image reference has it, every other spelling. */
function bySpelling(host: string): (one: { readonly key: string }, other: { readonly key: string }) => number {
  const wanted = canonicalHost(host)
  const rank = (key: string): number => (key === dockerKey(wanted) ? 0 : key === host || key === wanted ? 1 : 2)
  return (one, other) => rank(one.key) - rank(other.key) || inOrder(one.key, other.key)
}

const inOrder = (one: string, other: string): number => (one < other ? -1 : 1)

/**
 * The helper that a configuration has for a target, and where it says so. Containers' files know no `credsStore`; an
 * empty name means that the file itself keeps it.
 */
export function helperFor(
  { credHelpers, credsStore }: CredentialConfig,
  target: CredentialTarget,
  rules: 'docker' | 'containers',
): { readonly name: string; readonly said: string } | undefined {
  const key = keysFor(credHelpers.keys(), target, 'docker')[0]
  const name = key === undefined ? (rules === 'docker' ? credsStore : undefined) : credHelpers.get(key)
  return name ? { name, said: key === undefined ? 'credsStore' : `credHelpers["${shownKey(key)}"]` } : undefined
}

/** `acme` covers `acme/app` and not `acme-corp/app`. */
const covers = (path: string, repository: string): boolean => repository === path || repository.startsWith(`${path}/`)
