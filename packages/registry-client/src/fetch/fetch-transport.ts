import { RegistryError } from '../errors/registry-error.ts'
import { TransportError } from '../errors/transport-error.ts'
import { codingOf, contentCoding } from '../http/content-coding.ts'
import type { Transport, TransportReceiver, TransportRequest } from '../transport.ts'
import { timedOut } from '../transport/timed-out.ts'
import { readTimeouts, type Timeouts } from '../transport/timeouts.ts'
import { watchRate, type RateWatch } from '../transport/watch-rate.ts'
import { fetchFailure } from './fetch-failure.ts'
import { streamOf } from './stream-of.ts'

/** As much of `fetch` as is used: the runtime's own fits, and so does a wrapper that adds what the runtime has of its own. */
export type Fetch = (url: string, init: FetchInit) => Promise<Response>

export interface FetchInit {
  readonly method: string
  readonly headers: Record<string, string>
  readonly body?: Uint8Array<ArrayBuffer> | string | ReadableStream<Uint8Array> | undefined
  readonly redirect: 'manual'
  readonly signal: AbortSignal
  readonly duplex?: 'half' | undefined
}

export interface FetchTransportOptions {
  /** Default: the runtime's own. */
  readonly fetch?: Fetch | undefined
  /** Without a clock of its own for the connection, which counts to the headers'. */
  readonly timeouts?: Omit<Timeouts, 'connect'> | undefined
}

/**
 * HTTP by the runtime's `fetch`: for Workers, Deno, Bun and wherever sockets are out of reach. What `fetch` keeps to
 * itself cannot be had here: proxies and client certificates are refused, redirects that a browser hides are an error,
 * addresses behind names are not looked at, and trust in certificates is the runtime's (a host marked insecure is checked
 * all the same).
 */
export function createFetchTransport({ fetch = runtimeFetch, timeouts }: FetchTransportOptions = {}): Transport {
  const { headers, stall } = readTimeouts(timeouts)
  return async (request, to, { signal } = {}) => {
    signal?.throwIfAborted()
    assertPossible(request)
    const giveUp = new AbortController()
    const onAbort = (): void => giveUp.abort(signal?.reason)
    signal?.addEventListener('abort', onAbort, { once: true })
    let late: ReturnType<typeof setTimeout> | undefined
    const wait = (): void => {
      clearTimeout(late)
      if (headers > 0)
        late = setTimeout(
          () => giveUp.abort(timedOut('headers', request.url.host)),
          Math.max(headers, request.answerTimeout ?? 0),
        )
    }
    wait()
    const rate = watchRate(stall, () => giveUp.abort(timedOut('stall', request.url.host)))
    try {
      const response = await ask(fetch, request, { signal: giveUp.signal, onSent: wait })
      clearTimeout(late)
      await hand(response, { request, to, rate, signal: giveUp.signal })
    } finally {
      clearTimeout(late)
      rate.stop()
      signal?.removeEventListener('abort', onAbort)
    }
  }
}

/** What runtimes undo before anybody sees the bytes that were sent, which are what a digest is over. */
const undone = /\b(?:gzip|deflate|br|zstd|compress)\b/

// Called as a function of nobody: a browser's fetch refuses any other `this` than its window.
const runtimeFetch: Fetch = (url, init) => globalThis.fetch(url, init as RequestInit)

/** Going on without what was asked for would go around a proxy, or say less about us than the user thinks. */
function assertPossible({ url, proxy, tls }: TransportRequest): void {
  const impossible = (what: string): RegistryError =>
    new RegistryError('OPTION_INVALID', `fetch cannot use ${what}, which is set for ${url.host}`, {
      host: url.host,
      hint: 'use the default transport, or a fetch of your own that does',
    })
  if (proxy !== undefined) throw impossible('a proxy')
  if (tls?.cert !== undefined) throw impossible('a client certificate')
  if (tls?.minVersion === 'TLSv1.3') throw impossible('a minimum version of TLS')
}

async function ask(
  fetch: Fetch,
  { method, url, headers, body }: TransportRequest,
  { signal, onSent }: { readonly signal: AbortSignal; readonly onSent: () => void },
): Promise<Response> {
  let answered = false
  const streamed = typeof body === 'object' && !(body instanceof Uint8Array)
  const init: FetchInit = {
    method,
    headers: { ...headers },
    redirect: 'manual',
    signal,
    ...(body === undefined
      ? {}
      : streamed
        ? { body: streamOf(watched(body, () => answered || onSent())), duplex: 'half' }
        : { body: body as Uint8Array<ArrayBuffer> | string }),
  }
  try {
    return await fetch(url.href, init)
  } catch (error) {
    signal.throwIfAborted()
    throw fetchFailure(error, url, false)
  } finally {
    answered = true
  }
}

/** As long as a body moves, nobody waits for the answer. */
async function* watched(
  body: AsyncIterable<Uint8Array>,
  onChunk: () => unknown,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of body) {
    onChunk()
    yield chunk
  }
}

async function hand(
  response: Response,
  {
    request,
    to,
    rate,
    signal,
  }: {
    readonly request: TransportRequest
    readonly to: TransportReceiver
    readonly rate: RateWatch
    readonly signal: AbortSignal
  },
): Promise<void> {
  const { url } = request
  const reader = response.body?.getReader()
  try {
    if (response.status === 0) {
      throw new TransportError('REDIRECT_HIDDEN', `this runtime does not show where ${url.host} redirects to`, {
        host: url.host,
        hint: 'browsers hide it: send the requests through a server of yours that follows redirects',
      })
    }
    const coding = codingOf(response.headers)
    if (request.method !== 'HEAD' && coding !== undefined && undone.test(coding)) throw contentCoding(url.host, coding)
    await waited(to.head(response.status, response.headers), signal)
    if (reader === undefined || request.method === 'HEAD') return
    rate.start()
    for (;;) {
      const { done, value } = await next(reader, { url, signal })
      if (done) return
      rate.count(value.byteLength)
      const pause = to.data(value)
      if (pause === undefined) continue
      rate.pause()
      await waited(pause, signal)
      rate.resume()
    }
  } finally {
    // Ends the connection when the answer was not read to its end; nobody waits for it.
    reader?.cancel().catch(() => undefined)
  }
}

/** The receiver's pause, however it ends, comes before anything else that we were told. */
async function waited(pause: void | Promise<void>, signal: AbortSignal): Promise<void> {
  await pause
  signal.throwIfAborted()
}

async function next(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  { url, signal }: { readonly url: URL; readonly signal: AbortSignal },
): Promise<Awaited<ReturnType<ReadableStreamDefaultReader<Uint8Array>['read']>>> {
  try {
    const result = await reader.read()
    signal.throwIfAborted()
    return result
  } catch (error) {
    signal.throwIfAborted()
    throw fetchFailure(error, url, true)
  }
}
