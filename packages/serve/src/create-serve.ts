import type { IncomingMessage, ServerResponse } from 'node:http'
import { systemClock, type Clock } from '@lading/clock'
import type { Digest } from '@lading/digest'
import type { Descriptor } from '@lading/manifest'
import type { Reference } from '@lading/reference'
import { guardListener } from '@lading/errors'
import { answerBlob } from './answer/answer-blob.ts'
import { answerError } from './answer/answer-error.ts'
import { answerManifest } from './answer/answer-manifest.ts'
import { answerReferrers } from './answer/answer-referrers.ts'
import { answerTags } from './answer/answer-tags.ts'
import { createResponse, type Response } from './answer/response.ts'
import { createDocuments } from './cache/documents.ts'
import { createKeep } from './cache/keep.ts'
import { createProofs } from './cache/proofs.ts'
import { createReferrers } from './cache/referrers.ts'
import { createTags } from './cache/tags.ts'
import type { Content, Downloads, Records, Upstream } from './contracts.ts'
import { listenerOf } from './listener-of.ts'
import { assertListener, type ListenerFacts } from './request/assert-listener.ts'
import { assertReadable } from './request/assert-readable.ts'
import { parseAsk, type Ask } from './request/parse-ask.ts'
import { requestHeaders, type RequestHeaders } from './request/request-head.ts'
import { ServeError } from './serve-error.ts'
import type { OnServeEvent, ServeEvent } from './serve-event.ts'
import { createAbsences } from './upstream/absences.ts'
import { assertRate, createAskUpstream, type Asker } from './upstream/ask-upstream.ts'
import { errorAnswer } from './upstream/error-answer.ts'

export interface ServeOptions {
  /** What is not listed is not served. */
  readonly upstreams: Iterable<Upstream>
  /** The host of the one that names without a host belong to. Default: they are unknown. */
  readonly defaultUpstream?: string | undefined
  readonly content: Content
  readonly records: Records
  readonly downloads: Downloads
  /** How long the upstream is not asked what a tag is, in milliseconds. Default 60 000. */
  readonly ttlMs?: number | undefined
  /** Nobody is asked: what is here is served. Default false. */
  readonly offline?: boolean | undefined
  /** Our pseudonym in `Via`, the one that the clients of the upstreams send: a request that has it comes from here, and is 508. */
  readonly via?: string | undefined
  /** Where a request came in. Default: what its connection says, without authentication. */
  readonly listener?: ((request: IncomingMessage) => ListenerFacts) | undefined
  /** What one client may ask of upstreams: 0, or milliseconds to wait. Default: all. */
  readonly upstreamRate?: { take(client: string): number } | undefined
  /** Told what is about to be served; what it returns is called when it was. */
  readonly onUse?: ((digest: Digest) => () => void) | undefined
  /** What it throws disturbs nobody. */
  readonly onEvent?: OnServeEvent | undefined
  /** Of waits. Default: the system's. */
  readonly clock?: Pick<Clock, 'sleep'> | undefined
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: (() => number) | undefined
}

export interface Serve {
  /**
   * Answers a request of Node's `http`. Never rejects. `client`: whose requests count together; default the address.
   */
  handle(request: IncomingMessage, response: ServerResponse, client?: string): Promise<void>
  /** What a reference stood for when it was last served; `undefined`: it never was. */
  known(reference: Reference): Promise<Descriptor | undefined>
  /** Gives up what is asked of upstreams. The downloads are their owner's to close. */
  close(): void
}

/**
 * A pull-through cache and read-only registry: the pull, tags and referrers parts of the distribution-spec over what is
 * kept, and over what upstreams give.
 */
export function createServe({
  upstreams,
  defaultUpstream,
  content,
  records,
  downloads,
  ttlMs = 60_000,
  offline = false,
  via,
  listener = listenerOf,
  upstreamRate,
  onUse,
  onEvent: listen,
  clock = systemClock,
  now = Date.now,
}: ServeOptions): Serve {
  const ending = new AbortController()
  const byHost = new Map([...upstreams].map((upstream) => [upstream.host, upstream]))
  const routes = { byHost, byDefault: defaultUpstream === undefined ? undefined : byHost.get(defaultUpstream) }
  const onEvent = guardListener(listen, () => {})
  const ask = createAskUpstream({ onEvent, rate: upstreamRate, signal: ending.signal })
  const [proofs, keep, absences] = [createProofs(records), createKeep(records), createAbsences(now)]
  const shared = { content, records, downloads, proofs, keep, absences, ask, clock, now, ttlMs, offline, onEvent }
  const documents = createDocuments(shared)
  const tags = createTags(shared)
  const referrers = createReferrers(shared)
  const parts = {
    ...shared,
    documents,
    tags,
    referrers,
    assertRate: (client: string) => assertRate(upstreamRate, client),
  }
  let ids = 0

  type Answered = Pick<Extract<ServeEvent, { readonly type: 'request' }>, 'from'>

  async function answer(
    asked: Ask,
    response: Response,
    { headers, asker }: { readonly headers: RequestHeaders; readonly asker: Asker },
  ): Promise<Answered> {
    if (asked.kind === 'base') {
      response.send(200, { 'content-type': 'application/json' }, new TextEncoder().encode('{}'))
      return {}
    }
    const request = { response, headers, asker }
    const digest = asked.kind === 'blob' ? asked.digest : undefined
    const release = digest === undefined ? undefined : onUse?.(digest)
    try {
      switch (asked.kind) {
        case 'manifest':
          return { from: await answerManifest(parts, asked, request) }
        case 'blob':
          return { from: await answerBlob(parts, asked, request) }
        case 'tags':
          return { from: await answerTags(parts, asked, request) }
        default:
          return { from: await answerReferrers(parts, asked, request) }
      }
    } catch (error) {
      throw errorAnswer(error, asked.kind, asked.place)
    } finally {
      release?.()
    }
  }

  return {
    async handle(request, raw, client = request.socket.remoteAddress ?? 'local') {
      const id = ++ids
      const began = performance.now()
      const leaving = new AbortController()
      const { method = '', url: target = '' } = request
      const headers = requestHeaders(request.rawHeaders)
      const response = createResponse(raw, method === 'HEAD', leaving.signal)
      let asked: Ask | undefined
      let answered: Answered = {}
      raw.once('close', () => {
        leaving.abort(new ServeError('UNAVAILABLE', 'the client is gone', { status: 499 }))
        const place = asked === undefined || asked.kind === 'base' ? undefined : asked.place
        onEvent({
          type: 'request',
          id,
          method,
          target: target.slice(0, 2048),
          remote: request.socket.remoteAddress,
          status: raw.headersSent ? raw.statusCode : 499,
          bytes: response.bytes,
          milliseconds: performance.now() - began,
          cut: !raw.writableFinished,
          kind: asked?.kind,
          host: place?.upstream.host,
          repository: place?.repository,
          what: whatOf(asked),
          ...answered,
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
        answered = await answer(asked, response, { headers, asker: { client, signal: leaving.signal } })
      } catch (error) {
        if (!leaving.signal.aborted) answerError(response, asRefusal(error))
        else response.cut()
      }
    },
    async known(reference) {
      const upstream = byHost.get(reference.domain)
      if (upstream === undefined) return undefined
      const place = { upstream, repository: reference.path, asked: reference.path }
      if (reference.digest !== undefined) return proofs.of(place, 'manifests', reference.digest)
      return tags.known(place, reference.tag ?? 'latest')
    },
    close: () => ending.abort(new ServeError('UNAVAILABLE', 'this server ends', { status: 503 })),
  }
}

const asRefusal = (error: unknown): ServeError =>
  error instanceof ServeError
    ? error
    : new ServeError('UNKNOWN', 'this server failed; its log says how', { status: 500, cause: error })

function whatOf(asked: Ask | undefined): string | undefined {
  if (asked === undefined || asked.kind === 'base' || asked.kind === 'tags') return undefined
  if (asked.kind !== 'manifest') return asked.digest
  return 'tag' in asked.target ? asked.target.tag : asked.target.digest
}
