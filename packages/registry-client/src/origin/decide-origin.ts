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
  /** The `Location` at which an upload goes on. */
  | 'upload'

export interface OriginQuestion {
  readonly url: URL
  /** Whose answer named `url`: the registry, or the last hop of a redirect. */
  readonly from: URL
  /** The endpoint that the user named. */
  readonly registry: URL
  readonly purpose: OriginPurpose
  /** Did the user mark the host insecure? Of the registry's, it says that it is on a network of their own. */
  readonly insecure?: ((url: URL) => boolean) | undefined
  /** Did the user trust this pair? Then a token server sees the registry's credentials, and private addresses may be led to. */
  readonly allowRealm?: ((registry: URL, url: URL) => boolean) | undefined
  /** Of the addresses where the registry was reached, as far as that is known: a public name may well be a private host's. */
  readonly reachedAt?: ReadonlySet<AddressClass> | undefined
}

/** What a URL that may be called may see. */
export interface Shown {
  /** The registry's `Authorization`; of a realm, the credentials themselves. */
  readonly authorization: boolean
  /** Cookies and what else the configuration sends to the endpoint in headers of its own. */
  readonly cookies: boolean
  readonly clientCertificate: boolean
  /** Never: they are for the proxy, and whoever is behind it is another. */
  readonly proxyCredentials: false
}

export type OriginDecision =
  | {
      readonly call: true
      readonly show: Shown
      /** What its name may resolve to. `undefined`: anything but link-local and metadata addresses. */
      readonly addresses: readonly AddressClass[] | undefined
    }
  | { readonly call: false; readonly reason: string; readonly hint?: string | undefined }

const refuse = (reason: string, hint?: string): OriginDecision => ({ call: false, reason, hint })

/**
 * The one place where it is decided whether a URL that somebody else named may be called, and whether it may see a
 * secret. Pure: no lookup, no state.
 */
export function decideOrigin(question: OriginQuestion): OriginDecision {
  const { url, from, purpose } = question
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return refuse(`its scheme is ${url.protocol.slice(0, -1)}, not https`)
  if (url.username !== '' || url.password !== '') return refuse('the URL contains a user name or password')
  if (purpose === 'next-page') {
    return url.origin === from.origin
      ? { call: true, show: shownTo(question), addresses: undefined }
      : refuse('the next page must be on the same registry')
  }
  if (url.protocol === 'http:' && from.protocol === 'https:') return refuse('it would switch from https to plain http')
  const place = decidePlace(question)
  if ('call' in place) return place
  return { call: true, show: shownTo(question), addresses: place.addresses }
}

/** What lets the registry lead to a host that it may not lead to by itself. */
export const allowHint = (registry: URL, url: URL): string =>
  `if you trust it, allow it (--allow-realm ${registry.host}=${url.host})`

/** Is the host one that the registry may lead to? */
function decidePlace({
  url,
  registry,
  insecure,
  allowRealm,
  reachedAt,
}: OriginQuestion):
  | (OriginDecision & { readonly call: false })
  | { readonly addresses: readonly AddressClass[] | undefined } {
  if (url.host === registry.host) return { addresses: undefined }
  const wanted = addressClass(url.hostname)
  if (wanted === 'forbidden') return { call: false, reason: 'link-local and cloud metadata addresses are forbidden' }
  if (url.hostname === registry.hostname) return { addresses: undefined }
  const named = addressClass(registry.hostname)
  const own = named === 'public' && insecure?.(registry) === true ? 'private' : named
  const trusted = allowRealm?.(registry, url) === true
  if (!trusted && wanted !== 'public' && wanted !== own && reachedAt?.has(wanted) !== true) {
    return {
      call: false,
      reason: `a ${own} registry must not point to a ${wanted} address`,
      hint: allowHint(registry, url),
    }
  }
  // A host of one's own network may speak plain http to its neighbours, but nobody speaks it with the world.
  if (url.protocol === 'http:' && wanted === 'public' && insecure?.(url) !== true) {
    return {
      call: false,
      reason: 'plain http is not allowed to public hosts',
      hint: `mark the host insecure if you accept the risk (--insecure ${url.host})`,
    }
  }
  return {
    addresses: trusted
      ? undefined
      : [...new Set<AddressClass>(['public', own, ...(reachedAt ?? [])])]
          .filter((each) => each !== 'forbidden')
          .toSorted(),
  }
}

/**
 * A certificate and cookies are for the registry's own origin, when nobody else's word led there: a token server on
 * another port or host sees neither, even where it may see the password.
 */
function shownTo(question: OriginQuestion): Shown {
  const { url, from, registry, purpose } = question
  const own = purpose !== 'foreign' && url.origin === registry.origin && from.origin === registry.origin
  return { authorization: maySeeAuthorization(question), cookies: own, clientCertificate: own, proxyCredentials: false }
}

function maySeeAuthorization({ url, from, registry, purpose, allowRealm }: OriginQuestion): boolean {
  switch (purpose) {
    case 'next-page':
    case 'redirect':
      return url.origin === from.origin
    case 'upload':
      return url.origin === from.origin && url.origin === registry.origin
    case 'realm': {
      // Another port of the same host is the same machine's word: GitLab's registry is at :5050, its tokens at :443.
      if (url.hostname === registry.hostname) return true
      return url.protocol === 'https:' && (allowRealm?.(registry, url) ?? false)
    }
    default:
      return false
  }
}
