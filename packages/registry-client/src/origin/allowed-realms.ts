import { printable } from '@lading/errors'
import { RegistryError } from '../errors/registry-error.ts'

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

/** Operated by the registry's own operator since long before anybody asked. */
const builtIn: readonly AllowedRealm[] = [
  { registry: 'registry-1.docker.io', realm: 'auth.docker.io' },
  { registry: 'registry.gitlab.com', realm: 'gitlab.com' },
]

export function createRealmPolicy(
  allowed: readonly AllowedRealm[],
): (registryHost: string, realmHost: string) => boolean {
  const pairs = new Set(
    [...builtIn, ...allowed].map(({ registry, realm }) => `${apiHost(hostOf(registry))} ${hostOf(realm)}`),
  )
  return (registryHost, realmHost) => pairs.has(`${apiHost(registryHost)} ${realmHost}`)
}

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
