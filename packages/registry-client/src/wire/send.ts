import type { Admission } from '../admit.ts'
import { publicUrl } from '../client-event.ts'
import { RegistryError } from '../errors/registry-error.ts'
import { TransportError } from '../errors/transport-error.ts'
import type { AddressClass } from '../origin/address-class.ts'
import type { Shown } from '../origin/decide-origin.ts'
import { publicProxy } from '../proxy/proxy-settings.ts'
import type { TransportHeaders, TransportReceiver, TransportRequest } from '../transport.ts'
import { createAllowance, type Allowance } from './allowance.ts'
import { traitsOf } from './at-endpoint.ts'
import { atTheGate } from './at-the-gate.ts'
import type { ClientContext } from './context.ts'
import { hideSecrets } from './hide-secrets.ts'
import { createHostPlace, type HostPlace } from './host-place.ts'
import { isInsecure, judgeUrl, withWayOut } from './judge-url.ts'
import { speaksTls } from './speaks-tls.ts'

export interface Question {
  readonly method: TransportRequest['method']
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  /** Shown to the origin of `url` and to no other. */
  readonly authorization?: string | undefined
  /** A function gives the body anew for each attempt. */
  readonly body?: Uint8Array | string | (() => AsyncIterable<Uint8Array>) | undefined
  /** Milliseconds that the registry may take to answer at least. */
  readonly answerTimeout?: number | undefined
  /** A request that changes something may be made elsewhere, as 307 and 308 ask; its body must be one that can be sent again. Default false. */
  readonly moves?: boolean | undefined
}

export interface Head {
  readonly status: number
  readonly headers: TransportHeaders
  /** Who answered, after redirects. */
  readonly url: URL
  /** A redirect led away from the origin that was asked. */
  readonly elsewhere: boolean
  /** What the name of the one who answered may resolve to; `undefined`: anything that is ever called. */
  readonly addresses: readonly AddressClass[] | undefined
}

export interface Receiver {
  head(head: Head): void | Promise<void>
  data(chunk: Uint8Array): void | Promise<void>
}

/** What the origin policy lets a request to a URL carry and reach. */
export interface Place {
  readonly show: Shown
  /** What the name may resolve to; `undefined`: anything that is ever called. */
  readonly addresses: readonly AddressClass[] | undefined
}

export interface SendOptions {
  /** The endpoint that the user named: what it may lead to is judged by it. */
  readonly registry: URL
  /** The answer is a blob that is streamed, which may take its time. */
  readonly streamed?: boolean | undefined
  /** Of a URL that an answer named, as the origin policy judged it. Default: it is the endpoint. */
  readonly place?: Place | undefined
  /** The answer is a blob, which takes a place at a host. */
  readonly admission?: Admission | undefined
  readonly signal?: AbortSignal | undefined
}

const mostHops = 10
/** Of a redirect's own body, which nobody reads; more ends the connection. */
const redirectBody = 64 * 1024
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/**
 * One request, followed through redirects by our own rules: each hop passes the origin policy, `Authorization` is dropped
 * at the first change of origin and never comes back, a loop or an eleventh hop ends it. What changes something is
 * redirected only where `moves` says so, and only by 307 and 308, which keep method and body (RFC 9110 15.4).
 *
 * @throws RegistryError `ORIGIN_REFUSED`, `REDIRECT_LOOP`, `BAD_RESPONSE`; TransportError; what `to` throws; the signal's reason
 */
export async function send(
  context: ClientContext,
  question: Question,
  to: Receiver,
  options: SendOptions,
): Promise<void> {
  const { admit } = context
  const { admission } = options
  const admitted = admit === undefined || admission === undefined ? undefined : createHostPlace(admit, admission)
  try {
    await follow(context, question, to, { ...options, admitted })
  } finally {
    admitted?.giveBack()
  }
}

async function follow(
  context: ClientContext,
  question: Question,
  to: Receiver,
  options: SendOptions & { readonly admitted: HostPlace | undefined },
): Promise<void> {
  let { url, authorization } = question
  // What may be thought about for minutes is no small request either.
  const large = options.streamed === true || typeof question.body === 'function' || question.answerTimeout !== undefined
  const allowance = createAllowance(large ? context.timeouts.blob : context.timeouts.total)
  let elsewhere = false
  let place: Place = options.place ?? atRegistry(url, options.registry)
  const seen = new Set<string>()
  for (let hop = 0; ; hop++) {
    seen.add(url.href)
    const location = await oneHop(
      context,
      { ...question, url, authorization },
      { to, elsewhere, place, allowance },
      options,
    )
    if (location === undefined) return
    const next = resolveLocation(location.text, url)
    const registry = options.registry
    const decision = judgeUrl(context, { url: next, from: url, registry, purpose: 'redirect' })
    if (!decision.call) {
      throw new RegistryError(
        'ORIGIN_REFUSED',
        `${url.host} redirects to ${next.host === '' ? next.protocol : next.host}: ${decision.reason}`,
        { host: url.host, status: location.status, hint: decision.hint },
      )
    }
    if (seen.has(next.href))
      throw new RegistryError('REDIRECT_LOOP', `${url.host} redirects in a circle`, {
        host: url.host,
        status: location.status,
        hint: "ask the registry's operator",
      })
    if (hop + 1 > mostHops)
      throw new RegistryError('REDIRECT_LOOP', `more than ${mostHops} redirects, the last from ${url.host}`, {
        host: url.host,
        status: location.status,
        hint: "ask the registry's operator",
      })
    context.emit({ type: 'redirect', from: publicUrl(url), to: publicUrl(next), status: location.status })
    if (!decision.show.authorization) authorization = undefined
    // What was dropped on the way never comes back.
    const { cookies, clientCertificate } = place.show
    place = {
      show: {
        ...decision.show,
        cookies: cookies && decision.show.cookies,
        clientCertificate: clientCertificate && decision.show.clientCertificate,
      },
      addresses: decision.addresses,
    }
    if (next.origin !== question.url.origin) elsewhere = true
    url = next
  }
}

/** What the user asks for goes to the endpoint with all that belongs there. */
function atRegistry({ origin }: URL, registry: URL): Place {
  const own = origin === registry.origin
  return {
    show: { authorization: own, cookies: own, clientCertificate: own, proxyCredentials: false },
    addresses: undefined,
  }
}

async function oneHop(
  context: ClientContext,
  question: Question,
  {
    to,
    elsewhere,
    place,
    allowance,
  }: { readonly to: Receiver; readonly elsewhere: boolean; readonly place: Place; readonly allowance: Allowance },
  { registry, admitted, signal }: SendOptions & { readonly admitted: HostPlace | undefined },
): Promise<{ readonly text: string; readonly status: number } | undefined> {
  const { method, url, authorization } = question
  if (context.closed()) throw new RegistryError('CLIENT_CLOSED', 'the registry client is closed', { host: url.host })
  if (url.protocol === 'http:' && speaksTls(context, url.host)) {
    throw new RegistryError('ORIGIN_REFUSED', `${url.host} speaks TLS, so it is not asked in plain http`, {
      host: url.host,
      hint: 'see the error of the https endpoint',
    })
  }
  const { headers: given, connectTimeout } = traitsOf(context, url, place.show.cookies)
  const headers: Record<string, string> = {
    ...given,
    ...question.headers,
    'user-agent': context.userAgent,
    // What is hashed must be what was sent: no coding, by nobody on the way.
    'accept-encoding': 'identity',
    ...(authorization === undefined ? {} : { authorization }),
  }
  const proxy = context.proxy(url)
  let started = context.clock.now()
  let location: { readonly text: string; readonly status: number } | undefined
  let skipped = 0
  let answered: number | undefined
  const receiver: TransportReceiver = {
    head(status, answer) {
      answered = status
      if (url.protocol === 'https:') context.tls.add(url.host)
      // What others say along the way is not the registry's word.
      if (url.origin === registry.origin) context.warn(url.host, answer, (said) => hideSecrets(said, context, question))
      const text = answer.get('location')
      if (text !== null && isRedirect(question, status)) {
        location = { text, status }
        return
      }
      return to.head({ status, headers: answer, url, elsewhere, addresses: place.addresses })
    },
    data(chunk) {
      if (location === undefined) return to.data(chunk)
      skipped += chunk.byteLength
      if (skipped > redirectBody)
        throw new RegistryError('BAD_RESPONSE', `${url.host} sends more than a redirect`, { host: url.host })
    },
  }
  const request = (): TransportRequest => ({
    method,
    url,
    headers,
    body: typeof question.body === 'function' ? question.body() : question.body,
    insecure: isInsecure(context, url),
    tls: context.tlsSettings.settingsFor(url, place.show.clientCertificate),
    connectTimeout,
    answerTimeout: question.answerTimeout,
    proxy,
    addresses: place.addresses,
  })
  const report = (): void =>
    context.emit({
      type: 'request',
      method,
      url: publicUrl(url),
      status: answered,
      milliseconds: context.clock.now() - started,
      authorized: authorization !== undefined,
      ...(proxy === undefined ? {} : { proxy: publicProxy(proxy) }),
    })
  let asked = true
  const once = (): Promise<void> =>
    atTheGate(
      context,
      url,
      receiver,
      (gated) => {
        started = context.clock.now()
        return allowance.spend(url.host, (limited) => context.transport(request(), gated, { signal: limited }), {
          signal,
        })
      },
      { signal, place: admitted },
    )
  try {
    await once()
  } catch (error) {
    asked = !(error instanceof RegistryError && error.code === 'MIRROR_SKIPPED')
    if (!mayAskAgain(context, error, { url, answered, method, signal })) throw withWayOut(error, url, registry)
    await once()
  } finally {
    if (asked) report()
  }
  return location
}

const isReading = (method: TransportRequest['method']): boolean => method === 'GET' || method === 'HEAD'

function isRedirect({ method, moves }: Question, status: number): boolean {
  return isReading(method) ? redirects.has(status) : moves === true && (status === 307 || status === 308)
}

/**
 * A kept connection that the server closes just as we ask is nobody's fault: asked once more, without a word
 * (RFC 9110 9.2.2; reliability C, "keep-alive race").
 */
function mayAskAgain(
  context: ClientContext,
  error: unknown,
  {
    url,
    answered,
    method,
    signal,
  }: {
    readonly url: URL
    readonly answered: number | undefined
    readonly method: TransportRequest['method']
    readonly signal: AbortSignal | undefined
  },
): boolean {
  if (!(error instanceof TransportError)) return false
  if (error.code === 'TLS_REFUSED') context.tls.add(url.host)
  return (
    error.code === 'CONNECTION_LOST' &&
    answered === undefined &&
    isReading(method) &&
    signal?.aborted !== true &&
    !context.closed()
  )
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
