import { addressClass, type AddressClass } from './address-class.ts'

/** What led to the URL. */
export type OriginPurpose =
  /** A `Location` of an answer. */
  | 'redirect'
  /** The `realm` of a challenge. */
  | 'realm'
  /** A `Link` to the next page. */
  | 'next-page'
  /** An entry of a layer's `urls`. */
  | 'foreign'

export interface OriginQuestion {
  readonly url: URL
  /** Whose answer named `url`: the registry, or the last hop of a redirect. */
  readonly from: URL
  /** The endpoint that the user named. */
  readonly registry: URL
  readonly purpose: OriginPurpose
  /** The user marked the registry's host insecure, which says that it is on a network of their own. */
  readonly insecure?: boolean | undefined
  /** May the registry's credentials be shown to the token server at `realmHost`? Asked only when the hosts differ. */
  readonly allowRealm?: ((registryHost: string, realmHost: string) => boolean) | undefined
}

export type OriginDecision =
  | { readonly call: true; /** May it see what is secret at the registry? */ readonly secrets: boolean }
  | { readonly call: false; readonly reason: string; readonly hint?: string | undefined }

const refuse = (reason: string, hint?: string): OriginDecision => ({ call: false, reason, hint })

/**
 * The one place where it is decided whether a URL that somebody else named may be called, and whether it may see a
 * secret (design 10, "private addresses"; reliability B1). Pure: no lookup, no state.
 *
 * Who is reached behind a public name is not asked: such a target must still present a certificate for that name.
 */
export function decideOrigin({ url, from, registry, purpose, insecure, allowRealm }: OriginQuestion): OriginDecision {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return refuse(`its scheme is ${url.protocol.slice(0, -1)}, not https`)
  if (url.username !== '' || url.password !== '') return refuse('it carries a user name or password of its own')
  if (purpose === 'next-page') {
    return url.origin === from.origin ? { call: true, secrets: true } : refuse('the next page must be at the registry itself')
  }
  if (url.protocol === 'http:' && from.protocol === 'https:') return refuse('it would leave https for plain http')

  const sameHost = url.hostname === registry.hostname
  if (url.host !== registry.host) {
    const wanted = addressClass(url.hostname)
    const own = classOfRegistry(registry, insecure === true)
    if (wanted === 'forbidden') return refuse('link-local and cloud metadata addresses are never called')
    if (!sameHost && !reaches(own, wanted)) {
      return refuse(`a ${own} registry may not send us to a ${wanted} address`, own === 'public' ? 'if the registry is on your own network, mark it insecure or use its address' : undefined)
    }
  }
  return { call: true, secrets: maySeeSecrets({ url, from, registry, purpose, allowRealm }) }
}

function classOfRegistry(registry: URL, insecure: boolean): AddressClass {
  const own = addressClass(registry.hostname)
  return own === 'public' && insecure ? 'private' : own
}

/** Within its class, and outwards to the public. */
function reaches(own: AddressClass, wanted: AddressClass): boolean {
  return wanted === 'public' || wanted === own
}

function maySeeSecrets({ url, from, registry, purpose, allowRealm }: OriginQuestion): boolean {
  switch (purpose) {
    case 'redirect':
      return url.origin === from.origin
    case 'realm': {
      // Another port of the same host is the same machine's word: GitLab's registry is at :5050, its tokens at :443.
      if (url.hostname === registry.hostname) return true
      return url.protocol === 'https:' && (allowRealm?.(registry.host, url.host) ?? false)
    }
    default:
      return false
  }
}
