import { printable } from '@lading/errors'
import { CredentialError } from './credential-error.ts'

// Under which docker files what it knows of Docker Hub, and what it asks helpers for.
const hubKey = 'https://index.docker.io/v1/'
const hub = 'docker.io'
const hubNames: ReadonlySet<string> = new Set([hub, 'index.docker.io', 'registry-1.docker.io'])
/** What old tools wrote behind a host: the version of an API, not a part of a name. */
const apiPaths: ReadonlySet<string> = new Set(['', 'v1', 'v2'])
const hostGrammar =
  /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?$/

export interface HostKey {
  /** Lower case; all names of Docker Hub are `docker.io`. */
  readonly host: string
  /** Behind the host, without slashes around it; empty for `https://host/v1/`. */
  readonly path: string
  /** What is behind the host is no repository's: there is nothing, the version of an API, or the rest of a URL. */
  readonly whole: boolean
}

/** The key of a credential file taken apart. Never throws: a key that is no host matches none. */
export function parseHostKey(key: string): HostKey {
  const bare = key.replace(/^https?:\/\//i, '')
  const slash = bare.indexOf('/')
  const path = slash === -1 ? '' : trimSlashes(bare.slice(slash))
  return {
    host: canonicalHost(slash === -1 ? bare : bare.slice(0, slash)),
    path: bare !== key && apiPaths.has(path) ? '' : path,
    whole: bare !== key || apiPaths.has(path),
  }
}

/** Lower case in ASCII only (a Kelvin sign is no k), and one name for Docker Hub. */
export function canonicalHost(host: string): string {
  const lower = host.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
  return hubNames.has(lower) ? hub : lower
}

/**
 * What a person wrote for a registry: `ghcr.io`, `https://index.docker.io/v1/`, `localhost:5000/`.
 *
 * @throws CredentialError `CREDENTIAL_HOST_INVALID` when it is none, or names a repository too
 */
export function registryHost(text: string): string {
  const bare = text.replace(/^https?:\/\//i, '')
  const slash = bare.indexOf('/')
  const host = canonicalHost(slash === -1 ? bare : bare.slice(0, slash))
  if (!hostGrammar.test(host) || Number(/:([0-9]+)$/.exec(host)?.[1] ?? 1) > 65_535) {
    throw new CredentialError('CREDENTIAL_HOST_INVALID', `'${shownKey(text)}' is not the host of a registry`, {
      hint: 'write it as in a reference: ghcr.io, localhost:5000',
    })
  }
  if (slash !== -1 && !apiPaths.has(trimSlashes(bare.slice(slash)))) {
    throw new CredentialError('CREDENTIAL_HOST_INVALID', `'${shownKey(text)}' is more than a registry`, {
      host,
      hint: `credentials are kept by host: ${host}`,
    })
  }
  return host
}

/** How docker files a host, and what it sends to helpers. */
export const dockerKey = (host: string): string => (host === hub ? hubKey : host)

/** A key from a file, for a message: safe to print, without a user name or password that somebody wrote into it. */
export function shownKey(key: string): string {
  const at = key.lastIndexOf('@')
  return printable(at === -1 ? key : `***@${key.slice(at + 1)}`, 200)
}

function trimSlashes(path: string): string {
  let start = 0
  let end = path.length
  while (start < end && path[start] === '/') start++
  while (end > start && path[end - 1] === '/') end--
  return path.slice(start, end)
}
