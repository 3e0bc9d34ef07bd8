import { publicUrl, type Emit } from '../client-event.ts'
import { RegistryError } from '../errors/registry-error.ts'
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

/**
 * Follows redirects by our own rules: each hop passes the origin policy, `Authorization` is dropped at the first change
 * of origin and never comes back, a loop or an eleventh hop ends it. What changes something is redirected only where
 * `moves` says so, and only by 307 and 308, which keep method and body (RFC 9110 15.4).
 *
 * @throws RegistryError `ORIGIN_REFUSED`, `REDIRECT_LOOP`, `BAD_RESPONSE`
 */
export const followRedirects =
  ({ judge, emit }: { readonly judge: Judge; readonly emit: Emit }): Concern =>
  (next) =>
  async (first, receive, options) => {
    const seen = new Set<string>()
    for (let request = first; ;) {
      const { url } = request
      seen.add(url.href)
      const found: { location?: Location } = {}
      await next(
        request,
        (head) => {
          const text = head.headers.get('location')
          if (text === null || !isRedirect(request, head.status)) return receive(head)
          found.location = { text, status: head.status }
          return skipBody(url.host)
        },
        options,
      )
      if (found.location === undefined) return
      const to = resolveLocation(found.location.text, url)
      const clearance = clearanceFor(judge, request, to, found.location)
      assertNewHop(seen, request, to, found.location)
      emit({ type: 'redirect', from: publicUrl(url), to: publicUrl(to), status: found.location.status })
      request = {
        ...request,
        url: to,
        authorization: clearance.show.authorization ? request.authorization : undefined,
        clearance,
        elsewhere: request.elsewhere === true || to.origin !== first.url.origin,
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
    if (skipped > redirectBody) throw new RegistryError('BAD_RESPONSE', `${host} sends more than a redirect`, { host })
  }
}

function resolveLocation(text: string, base: URL): URL {
  const url = URL.parse(text, base.href)
  if (url === null)
    throw new RegistryError('BAD_RESPONSE', `${base.host} redirects to no valid URL`, {
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
      `${url.host} redirects to ${to.host === '' ? to.protocol : to.host}: ${decision.reason}`,
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
  if (seen.has(to.href)) throw loop(`${url.host} redirects in a circle`)
  if (seen.size > mostHops) throw loop(`more than ${mostHops} redirects, the last from ${url.host}`)
}
