import { publicUrl, type Emit } from '../client-event.ts'
import { RegistryError } from '../errors/registry-error.ts'
import { urlText } from '../headers/url-text.ts'
import { placeOf } from '../origin/place-of.ts'
import type { Judge } from './judge-url.ts'
import { isReading, type Clearance, type Concern, type Take, type WireRequest } from './wire-request.ts'

const mostHops = 10
/** Of a redirect's own body, which nobody reads; more ends the connection. */
const redirectBody = 64 * 1024
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/** Where an answer leads. */
interface Location {
  readonly text: string
  readonly status: number
}

/** What is made of an answer that is not the last: it leads on, or wants to see what was kept back. */
interface Found {
  location?: Location
  wants?: boolean
}

/**
 * Follows redirects by our own rules: each hop passes the origin policy, `Authorization` is dropped at the first change
 * of origin and never comes back, a loop or an eleventh hop ends it. Within an origin but outside of the API's paths it is
 * shown only to who answers 401 without it, and never beside a signature in the query. What changes something is redirected only where
 * `moves` says so, and only by 307 and 308, which keep method and body (RFC 9110 15.4).
 *
 * @throws RegistryError `ORIGIN_REFUSED`, `REDIRECT_LOOP`, `BAD_RESPONSE`
 */
export const followRedirects =
  ({ judge, emit }: { readonly judge: Judge; readonly emit: Emit }): Concern =>
  (next) =>
  async (first, receive, options) => {
    const seen = new Set<string>()
    /** An `Authorization` that may be shown where the request goes, and is only when it is asked for. */
    let held: string | undefined
    let led = first.elsewhere === true
    for (let request = first; ;) {
      const { url } = request
      seen.add(url.href)
      const found: Found = {}
      await next(
        request,
        (head) => {
          if (held !== undefined && head.status === 401) {
            found.wants = true
            return skipBody(url.host)
          }
          const text = head.headers.get('location')
          if (text === null || !isRedirect(request, head.status)) return receive(head)
          found.location = { text, status: head.status }
          return skipBody(url.host)
        },
        options,
      )
      if (found.wants === true) {
        request = { ...request, authorization: held, elsewhere: led }
        held = undefined
        continue
      }
      if (found.location === undefined) return
      const to = resolveLocation(found.location.text, url)
      const clearance = clearanceFor(judge, request, to, found.location)
      assertNewHop(seen, request, to, found.location)
      emit({ type: 'redirect', from: publicUrl(url), to: publicUrl(to), status: found.location.status })
      const carried = clearance.show.authorization ? (held ?? request.authorization) : undefined
      const place =
        request.realm === true
          ? 'api'
          : placeOf(to, { registry: request.registry, overridePath: request.endpoint?.overridePath })
      held = place === 'outside' ? carried : undefined
      const away = led || to.origin !== first.url.origin
      led = away
      request = {
        ...request,
        url: to,
        authorization: place === 'api' ? carried : undefined,
        clearance,
        // Who was shown nothing says nothing of what we may do.
        elsewhere: away || place === 'signed' || held !== undefined,
      }
    }
  }

function isRedirect(request: WireRequest, status: number): boolean {
  return isReading(request) ? redirects.has(status) : request.moves === true && (status === 307 || status === 308)
}

function skipBody(host: string): Take {
  let skipped = 0
  return (chunk) => {
    skipped += chunk.byteLength
    if (skipped > redirectBody)
      throw new RegistryError('BAD_RESPONSE', `${host} sent content with a redirect`, { host })
  }
}

function resolveLocation(text: string, base: URL): URL {
  const url = URL.parse(urlText(text), base.href)
  if (url === null)
    throw new RegistryError('BAD_RESPONSE', `${base.host} redirects to an invalid URL`, {
      host: base.host,
      hint: "ask the registry's operator",
    })
  url.hash = ''
  return url
}

/** What was dropped on the way never comes back. */
function clearanceFor(
  judge: Judge,
  { url, registry, endpoint, clearance }: WireRequest,
  to: URL,
  { status }: Location,
): Clearance {
  const decision = judge({ url: to, from: url, registry, endpoint, purpose: 'redirect' })
  if (!decision.call)
    throw new RegistryError(
      'ORIGIN_REFUSED',
      `${url.host} redirects to ${to.host === '' ? to.protocol : to.host}, which is not allowed: ${decision.reason}`,
      { host: url.host, status, hint: decision.hint },
    )
  const { cookies, clientCertificate } = clearance.show
  return {
    show: {
      ...decision.show,
      cookies: cookies && decision.show.cookies,
      clientCertificate: clientCertificate && decision.show.clientCertificate,
    },
    addresses: decision.addresses,
  }
}

function assertNewHop(seen: ReadonlySet<string>, { url }: WireRequest, to: URL, { status }: Location): void {
  const loop = (what: string): RegistryError =>
    new RegistryError('REDIRECT_LOOP', what, { host: url.host, status, hint: "ask the registry's operator" })
  if (seen.has(to.href)) throw loop(`${url.host} redirects in a loop`)
  if (seen.size > mostHops) throw loop(`more than ${mostHops} redirects, the last from ${url.host}`)
}
