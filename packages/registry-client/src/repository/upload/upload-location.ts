import { printable } from '@lading/errors'
import { RegistryError } from '../../errors/registry-error.ts'
import { urlText } from '../../headers/url-text.ts'
import { placeOf } from '../../origin/place-of.ts'
import type { Site } from '../../site/site.ts'
import type { Clearance, Head } from '../../wire/wire-request.ts'

/** Where an upload goes on. */
export interface UploadLocation extends Clearance {
  readonly url: URL
}

/**
 * The `Location` of an answer about an upload: relative or absolute, its query kept to the letter. It is another URL that
 * the registry names, and the origin policy decides about it.
 *
 * @throws RegistryError `ORIGIN_REFUSED`, `BAD_RESPONSE`
 */
export function uploadLocation(
  { registry, endpoint, name, wire }: Site,
  { url: from, headers, status }: Head,
): UploadLocation {
  const text = headers.get('location')
  const url = text === null ? null : URL.parse(urlText(text), from.href)
  if (url === null) {
    const what =
      text === null
        ? 'does not say where to continue the upload'
        : `sent an invalid URL for the upload: "${printable(text, 200)}"`
    throw new RegistryError('BAD_RESPONSE', `${from.host} ${what}`, {
      host: from.host,
      status,
      repository: name,
      hint: "ask the registry's operator",
    })
  }
  url.hash = ''
  const decision = wire.judge({ url, from, registry, endpoint, purpose: 'upload' })
  if (!decision.call) {
    const downgraded = url.protocol === 'http:' && url.hostname === from.hostname
    throw new RegistryError(
      'ORIGIN_REFUSED',
      `${from.host} redirects the upload to ${printable(url.host === '' ? url.protocol : url.origin, 200)}, which is not allowed: ${decision.reason}`,
      {
        host: from.host,
        status,
        repository: name,
        hint: downgraded
          ? 'the registry does not know that it is behind TLS; its operator must configure its public address, or X-Forwarded-Proto in the proxy'
          : decision.hint,
      },
    )
  }
  // A signed URL is its own permission: storage refuses an `Authorization` beside it, and whoever signed it wants none.
  const signed = placeOf(url, { registry, overridePath: endpoint.overridePath }) === 'signed'
  return signed ? { ...decision, show: { ...decision.show, authorization: false }, url } : { ...decision, url }
}

/** The location with the digest that ends the upload; the rest of the query stays as it was written. */
export function withDigest({ url }: UploadLocation, digest: string): URL {
  const text = url.href
  return new URL(
    `${text}${text.includes('?') ? (text.endsWith('?') || text.endsWith('&') ? '' : '&') : '?'}digest=${encodeURIComponent(digest)}`,
  )
}
