import type { IncomingMessage, ServerResponse } from 'node:http'
import { guardListener, isLadingError } from '@lading/errors'
import type { Descriptor } from '@lading/manifest'
import type { Reference } from '@lading/reference'
import { answer } from './answer/answer.ts'
import { answerError } from './answer/answer-error.ts'
import { createResponse } from './answer/response.ts'
import { createParts } from './create-parts.ts'
import { listenerOf } from './listener-of.ts'
import { assertListener } from './request/assert-listener.ts'
import { assertReadable } from './request/assert-readable.ts'
import { hopsOf, withHops } from './request/hops.ts'
import { parseAsk, type Ask } from './request/parse-ask.ts'
import { requestHeaders } from './request/request-head.ts'
import type { Who } from './request/who.ts'
import { ServeError } from './serve-error.ts'
import type { ServeEvent } from './serve-event.ts'
import type { ServeOptions } from './serve-options.ts'

export interface Serve {
  /** Answers a request of Node's `http`. Never rejects. `who`: default the client's address. */
  handle(request: IncomingMessage, response: ServerResponse, who?: Who): Promise<void>
  /** What a reference stood for when it was last served; `undefined`: it never was. */
  known(reference: Reference): Promise<Descriptor | undefined>
  /** Gives up what is asked of upstreams. The downloads are their owner's to close. */
  close(): void
}

/**
 * A pull-through cache and read-only registry: the pull, tags and referrers parts of the distribution-spec over what is
 * kept, and over what upstreams give.
 */
export function createServe(options: ServeOptions): Serve {
  const { upstreams, defaultUpstream, via, listener = listenerOf } = options
  const ending = new AbortController()
  const byHost = new Map([...upstreams].map((upstream) => [upstream.host, upstream]))
  const routes = { byHost, byDefault: defaultUpstream === undefined ? undefined : byHost.get(defaultUpstream) }
  const onEvent = guardListener(options.onEvent, () => {})
  const parts = createParts(options, { onEvent, ending: ending.signal })
  let ids = 0

  return {
    async handle(request, raw, who = { client: request.socket.remoteAddress ?? 'local' }) {
      const id = ++ids
      const began = performance.now()
      const leaving = new AbortController()
      const { method = '', url: target = '' } = request
      const headers = requestHeaders(request.rawHeaders)
      const response = createResponse(raw, method === 'HEAD', leaving.signal)
      let asked: Ask | undefined
      let from: Extract<ServeEvent, { readonly type: 'request' }>['from']
      raw.once('close', () => {
        if (!raw.writableFinished) leaving.abort(new ServeError('UNAVAILABLE', 'the client is gone', { status: 499 }))
        onEvent({
          type: 'request',
          id,
          method,
          target: target.slice(0, 2048),
          remote: request.socket.remoteAddress,
          user: who.user,
          status: raw.headersSent ? raw.statusCode : 499,
          bytes: response.bytes,
          milliseconds: performance.now() - began,
          cut: !raw.writableFinished,
          kind: asked?.kind,
          ...whatOf(asked),
          from,
        })
      })
      raw.setHeader('docker-distribution-api-version', 'registry/2.0')
      try {
        assertReadable({ method, target, headers }, via)
        assertListener(headers, listener(request))
        asked = parseAsk(target, routes)
      } catch (error) {
        const refusal = asRefusal(error)
        onEvent({ type: 'refused', id, status: refusal.status, code: refusal.code, message: refusal.message })
        answerError(response, refusal)
        return
      }
      try {
        const ask = asked
        from = await withHops(hopsOf(headers), () =>
          answer(parts, ask, { response, headers, asker: { client: who.client, signal: leaving.signal } }),
        )
      } catch (error) {
        if (leaving.signal.aborted) return response.cut()
        const refusal = asRefusal(error)
        if (isOwnFault(refusal)) onEvent({ type: 'failed', id, ...sayingOf(refusal.cause) })
        answerError(response, refusal)
      }
    },
    async known(reference) {
      const upstream = byHost.get(reference.domain)
      if (upstream === undefined) return undefined
      // Nobody is served by this, so that it does not matter who was told.
      for (const withCredentials of [upstream.withCredentials, !upstream.withCredentials]) {
        const place = { upstream: { ...upstream, withCredentials }, repository: reference.path, asked: reference.path }
        const found =
          reference.digest === undefined
            ? await parts.tags.known(place, reference.tag ?? 'latest')
            : await parts.proofs.of(place, 'manifests', reference.digest)
        if (found !== undefined) return found
      }
      return undefined
    },
    close: () => ending.abort(new ServeError('UNAVAILABLE', 'this server is stopping', { status: 503 })),
  }
}

const asRefusal = (error: unknown): ServeError =>
  error instanceof ServeError
    ? error
    : new ServeError('UNKNOWN', 'this server failed; its log has the details', { status: 500, cause: error })

/** Whether its operator has to do something: the client is told no more than that. */
const isOwnFault = ({ status, cause }: ServeError): boolean =>
  status === 500 || isLadingError(cause, 'NO_SPACE') || isLadingError(cause, 'TOO_MANY_FILES')

const sayingOf = (cause: unknown): { readonly code: string; readonly message: string } =>
  isLadingError(cause)
    ? { code: cause.code, message: cause.message }
    : { code: 'UNKNOWN', message: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause) }

/** Of a request: where it leads, and to which tag or digest. */
function whatOf(
  asked: Ask | undefined,
): Pick<Extract<ServeEvent, { readonly type: 'request' }>, 'host' | 'repository' | 'what'> {
  if (asked === undefined || asked.kind === 'base') return {}
  const { upstream, repository } = asked.place
  const place = { host: upstream.host, repository }
  if (asked.kind === 'tags') return place
  if (asked.kind !== 'manifest') return { ...place, what: asked.digest }
  return { ...place, what: 'tag' in asked.target ? asked.target.tag : asked.target.digest }
}
