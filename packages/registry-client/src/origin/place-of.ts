/** Names of query parameters with which storage signs its URLs: S3, GCS, Azure, OSS, COS, OBS, CloudFront, Akamai, Cloudflare. */
const signs =
  /signature|(?:^|[-_])(?:sig|sign|hmac|hdnt[as]?|verify)$|credential$|access-?key-?id$|accessid$|security-token$|key-pair-id$/i

/**
 * What a path is at an origin that is asked for its API: a part of that, something else (a file server beside it, say), or
 * a signed URL, which is its own permission: storage refuses an `Authorization` beside it.
 */
export function placeOf(
  url: URL,
  { registry, overridePath = false }: { readonly registry: URL; readonly overridePath?: boolean | undefined },
): 'api' | 'outside' | 'signed' {
  if ([...url.searchParams.keys()].some((name) => signs.test(name))) return 'signed'
  const own = url.origin === registry.origin
  const base = own ? registry.pathname.replace(/\/+$/, '') : ''
  const api = own && overridePath ? base : `${base}/v2`
  return url.pathname.startsWith(`${api}/`) ? 'api' : 'outside'
}
