import { printable } from '@lading/errors'
import { RegistryError } from '../errors/registry-error.ts'
import { tokenServers } from './token-servers.ts'

/**
 * The token server that may see a registry's credentials although it is another host; or any host that a registry may
 * lead to although its address is a private one.
 */
export interface AllowedRealm {
  /** `registry.example.com`, with its port when it is not 443. */
  readonly registry: string
  /** `auth.example.com`, with its port when it is not 443. */
  readonly realm: string
}

/**
 * `REGISTRY=HOST`, as a command line has it.
 *
 * @throws RegistryError `OPTION_INVALID`
 */
export function parseAllowedRealm(text: string): AllowedRealm {
  const [registry = '', realm = '', ...rest] = text.split('=')
  if (registry !== '' && realm !== '' && rest.length === 0) return { registry, realm }
  throw new RegistryError('OPTION_INVALID', `'${printable(text, 200)}' is not REGISTRY=HOST`, {
    hint: 'name the registry and its token server: registry.example.com=auth.example.com',
  })
}

/** May this token server see the registry's credentials? */
export type RealmPolicy = (registry: URL, realm: URL) => boolean

export function createRealmPolicy(allowed: readonly AllowedRealm[]): RealmPolicy {
  const [builtIn, byUser] = [pairsOf(tokenServers), pairsOf(allowed)]
  return (registry, realm) => {
    const pair = `${apiHost(registry.host)} ${realm.host}`
    // In plain http anybody on the way is the registry, and what the table knows of its operator says nothing.
    return byUser.has(pair) || (builtIn.has(pair) && registry.protocol === 'https:' && realm.protocol === 'https:')
  }
}

const pairsOf = (pairs: readonly AllowedRealm[]): ReadonlySet<string> =>
  new Set(pairs.map(({ registry, realm }) => `${apiHost(hostOf(registry))} ${hostOf(realm)}`))

// People write the name they pull from.
const apiHost = (host: string): string =>
  host === 'docker.io' || host === 'index.docker.io' ? 'registry-1.docker.io' : host

/** Canonical as a URL has it, so that it can be compared with one. */
function hostOf(text: string): string {
  const url = URL.parse(`https://${text}`)
  if (
    url === null ||
    url.pathname !== '/' ||
    url.search !== '' ||
    url.hash !== '' ||
    url.username !== '' ||
    url.hostname === ''
  ) {
    throw new RegistryError('OPTION_INVALID', `"${text}" is not a host or host:port`, {
      hint: 'write allowed realms as { registry: "registry.example.com", realm: "auth.example.com" }',
    })
  }
  return url.host
}
