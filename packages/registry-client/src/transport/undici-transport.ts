import { createFreedMemory } from '@lading/content'
import { createHeldFailure, guardListener } from '@lading/errors'
import type { Agent, Dispatcher } from 'undici'
import type { Transport, TransportHeaders, TransportReceiver, TransportRequest } from '../transport.ts'
import { createHeadBudget, longestHead, readAlongInHeads } from './answer-heads.ts'
import { createConnect, type ConnectOptions, type Manner } from './connect.ts'
import { loadUndici } from './load-undici.ts'
import { mannerKey } from './manner-key.ts'
import { mostInterims, noFinalAnswer } from './no-final-answer.ts'
import { routeOf, type Route } from './route.ts'
import { createSocketErrors, type SocketErrors } from './socket-errors.ts'
import { tellSent } from './tell-sent.ts'
import { timedOut } from './timed-out.ts'
import { readTimeouts, type FullTimeouts, type Timeouts } from './timeouts.ts'
import { watchRate } from './watch-rate.ts'

export interface ClosableTransport {
  readonly transport: Transport
  close(): Promise<void>
}

/**
 * HTTP/1.1 over pooled connections, at undici's dispatcher: a chunk goes from the socket to the receiver without a
 * stream or an iterator in between. undici is loaded by the first request.
 */
export function createUndiciTransport({
  certificates,
  lookup,
  onTls,
  onConnected,
  timeouts: given,
}: ConnectOptions & { readonly timeouts?: Timeouts | undefined } = {}): ClosableTransport {
  const timeouts = readTimeouts(given)
  const failure = createHeldFailure()
  const options: ConnectOptions = {
    certificates,
    lookup,
    onTls: guardListener(onTls, failure.hold),
    onConnected: guardListener(onConnected, failure.hold),
  }
  // A connection serves only requests that would have been connected the same way.
  const agents = new Map<string, Promise<Agent>>()
  const closing = new AbortController()
  const socketErrors = createSocketErrors()
  const heads = createHeadBudget()

  const agentFor = (manner: Manner): Promise<Agent> => {
    const key = mannerKey(manner)
    let agent = agents.get(key)
    if (agent === undefined) {
      agent = createAgent(manner)
      agents.set(key, agent)
    }
    return agent
  }
  const createAgent = async (manner: Manner): Promise<Agent> => {
    const undici = await loadUndici()
    const connect = createConnect(undici.buildConnector, {
      ...options,
      ...manner,
      closing: closing.signal,
      socketErrors,
    })
    return new undici.Agent({
      connect(to, callback) {
        connect(to, (...answer) => {
          if (answer[0] === null) readAlongInHeads(answer[1], heads)
          callback(...answer)
        })
      },
      // As many as are asked for: each host's gate keeps count.
      connections: null,
      // One answer at a time on a connection: a pipelined request would wait for the layer before it.
      pipelining: 1,
      // Both are watched here instead, because one byte every 29 seconds is no answer either.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: 15_000,
      // Of trailers, too.
      maxHeaderSize: longestHead,
      allowH2: false,
    })
  }

  return {
    async transport(request, to, { signal } = {}) {
      signal?.throwIfAborted()
      const route = routeOf(request, timeouts.connect)
      const agent = await agentFor(route.manner)
      signal?.throwIfAborted()
      if (closing.signal.aborted) throw new Error('the transport is closed')
      await dispatch({ agent, request, route, timeouts, socketErrors }, to, signal)
      failure.release()
    },
    async close() {
      closing.abort()
      await Promise.all([...agents.values()].map(async (agent) => (await agent).destroy()))
    },
  }
}

function dispatch(
  {
    agent,
    request,
    route,
    timeouts,
    socketErrors,
  }: {
    readonly agent: Agent
    readonly request: TransportRequest
    readonly route: Route
    readonly timeouts: FullTimeouts
    readonly socketErrors: SocketErrors
  },
  to: TransportReceiver,
  signal: AbortSignal | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined
    let failure: { readonly reason: unknown } | undefined
    let answered = false
    let interims = 0
    let pending: Promise<void> | undefined
    const memory = createFreedMemory()

    const fail = (reason: unknown): void => {
      failure ??= { reason }
      // Still in the queue, or waiting for a connection: nobody needs to wait for that.
      if (controller === undefined) settle()
      // The reason is kept here, unchanged; undici wants an Error.
      else controller.abort(new Error('the request was cancelled', { cause: reason }))
    }
    const onAbort = (): void => fail(signal?.reason)
    signal?.addEventListener('abort', onAbort, { once: true })
    const rate = watchRate(timeouts.stall, () => fail(timedOut('stall', request.url.host)))
    let headerClock: NodeJS.Timeout | undefined
    const stopHeaderClock = (): void => {
      clearTimeout(headerClock)
      // A refresh would bring it back.
      headerClock = undefined
    }
    const settle = (error?: unknown): void => {
      rate.stop()
      stopHeaderClock()
      signal?.removeEventListener('abort', onAbort)
      // The last write may still be on its way, or be what just aborted us: nobody is told before it has settled.
      const written = async (): Promise<void> => {
        await Promise.resolve()
        await pending
      }
      void written().then(() => {
        if (failure !== undefined) reject(failure.reason)
        else if (error !== undefined) reject(route.failure(socketErrors.causeOf(error), answered))
        // undici frees the connection a turn after the answer: who asks on at once would open another.
        else setImmediate(resolve)
      })
    }
    const pauseFor = (wait: Promise<void>): void => {
      controller?.pause()
      rate.pause()
      const done = wait.then(
        () => {
          if (pending !== done) return
          pending = undefined
          rate.resume()
          controller?.resume()
        },
        (error: unknown) => {
          if (pending === done) pending = undefined
          fail(error)
        },
      )
      pending = done
    }

    agent.dispatch(
      {
        origin: route.origin,
        path: route.path,
        method: request.method,
        headers: { ...request.headers, ...route.headers },
        // undici takes iterables too; its types do not say so.
        body: (sentBody(request) ?? null) as Dispatcher.DispatchOptions['body'] & {},
        // undici gives up a connection after HEAD, because some servers send a body with it. That body is noticed: what
        // comes unasked ends the connection. The token that is asked for next needs no new one.
        ...(request.method === 'HEAD' ? { reset: false } : {}),
      },
      {
        onRequestStart(given) {
          controller = given
          // Interim answers do not stop it.
          if (timeouts.headers > 0)
            headerClock ??= setTimeout(
              () => fail(timedOut('headers', request.url.host)),
              Math.max(timeouts.headers, request.answerTimeout ?? 0),
            )
          if (failure !== undefined) given.abort(new Error('the request was cancelled', { cause: failure.reason }))
        },
        // As long as the server takes what we send, it need not answer.
        onBodySent() {
          headerClock?.refresh()
        },
        onRequestSent() {
          headerClock?.refresh()
        },
        onResponseStart(_given, status, headers) {
          if (status < 200) {
            interims++
            if (status === 101 || interims > mostInterims) fail(noFinalAnswer(status, request.url))
            return
          }
          answered = true
          stopHeaderClock()
          const refused = route.refusal(status, headers)
          if (refused !== undefined) {
            fail(refused)
            return
          }
          if (request.method !== 'HEAD') rate.start()
          try {
            const wait = to.head(status, viewOf(headers))
            if (wait !== undefined) pauseFor(wait)
          } catch (error) {
            fail(error)
          }
        },
        onResponseData(_given, chunk) {
          // Each time it goes on after a pause, the parser hands out an empty chunk; a pause for that one would be for ever.
          if (failure !== undefined || chunk.byteLength === 0) return
          rate.count(chunk.byteLength)
          if (pending !== undefined) {
            // A chunk that was parsed in the same turn as the pause queues behind the one before it.
            pauseFor(pending.then(() => (failure === undefined ? to.data(chunk, memory(chunk)) : undefined)))
            return
          }
          try {
            const wait = to.data(chunk, memory(chunk))
            if (wait !== undefined) pauseFor(wait)
          } catch (error) {
            fail(error)
          }
        },
        onResponseEnd() {
          settle()
        },
        onResponseError(_given, error) {
          settle(error)
        },
      },
    )
  })
}

function sentBody({ body, onSent }: TransportRequest): TransportRequest['body'] {
  if (onSent === undefined || typeof body !== 'object' || body instanceof Uint8Array) return body
  return tellSent(body, onSent)
}

function viewOf(headers: Readonly<Record<string, string | string[] | undefined>>): TransportHeaders {
  return {
    get(name) {
      const value = headers[name.toLowerCase()]
      if (value === undefined) return null
      return Array.isArray(value) ? value.join(', ') : value
    },
  }
}
