import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Gate } from './auth/gate.ts'
import { stranger } from './auth/gate.ts'
import { bearerToken } from './auth/credentials.ts'
import type { Tokens } from './auth/tokens.ts'
import type { Clock } from './clock.ts'
import { RequestCut, type EffectContext } from './faults/effect.ts'
import type { FaultBook } from './faults/fault-book.ts'
import { watchEffects, type WatchedEffect, type WatchedEffects } from './faults/watch-effects.ts'
import { breakOff } from './http/end-early.ts'
import { failure } from './http/registry-errors.ts'
import { reply as plain, type RegistryRequest, type Reply } from './http/message.ts'
import { pacedBody } from './http/pace.ts'
import { patientBody } from './http/patient-body.ts'
import { send, socketOf } from './http/send.ts'
import { toRequest } from './http/to-request.ts'
import type { JournalEntry, WritableJournal } from './journal/journal.ts'
import { lookIntoForm } from './journal/form-sightings.ts'
import type { Secrets } from './journal/secrets.ts'
import { lanesOf, mannerOf, type Shaping } from './manner-of.ts'
import type { Quirks } from './quirks.ts'
import { inCharacter } from './quirks/in-character.ts'
import type { Route } from './route.ts'

/** One origin: how it reads paths, whom it lets in, and what it answers when nothing goes wrong. */
export interface Origin {
  readonly name: JournalEntry['origin']
  route(path: string): Route
  readonly gate: Gate
  answer(request: RegistryRequest, route: Route): Promise<Reply>
  /** At the second origin, a signed URL for what this request asks for. */
  signedUrl(request: RegistryRequest, expiresInMs: number): string
  /** At the registry, a URL for what this request asks for. */
  registryUrl(request: RegistryRequest): string
}

export interface Desk {
  readonly journal: WritableJournal
  /** Those of the test, and before them those of the profile. */
  readonly faults: readonly FaultBook[]
  readonly tokens: Tokens
  readonly secrets: Secrets
  readonly clock: Clock
  readonly shaping: Shaping
  readonly patienceMs: number
  readonly quirks: Quirks
}

const served = new WeakMap<Socket, number>()

/** RFC 9112 6.3. */
const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

/** The way of one request: journal, gate, faults, answer, wire. */
export function answerAt(origin: Origin, desk: Desk): (message: IncomingMessage, response: ServerResponse) => void {
  let serial = 0
  const nextSerial = (): number => ++serial
  return (message, response) => {
    let request = toRequest(message, patientBody(message, desk.patienceMs))
    const route = origin.route(request.path)
    const entry = desk.journal.open({
      origin: origin.name,
      method: request.method,
      path: message.url ?? '/',
      headers: message.headers,
      route,
    })
    const before = served.get(message.socket) ?? 0
    served.set(message.socket, before + 1)
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    serve()
      .catch((error: unknown) => {
        // The client left, or a fault asked for headers that cannot be sent. Either way this connection is over.
        if (!gone.signal.aborted) response.destroy(error instanceof Error ? error : undefined)
      })
      .finally(() => desk.journal.close(entry))

    async function serve(): Promise<void> {
      const form = await lookIntoForm(request, desk.secrets)
      request = form.request
      if (form.secret) entry.secrets = [...entry.secrets, 'form']
      const refusal = origin.gate(request, route)
      const target = {
        method: request.method,
        route,
        ranged: request.headers.range !== undefined,
        reused: before > 0,
        unauthorized: refusal !== undefined,
      }
      const watched = watchEffects(
        desk.faults.flatMap((book) => book.meet(target)),
        request.method,
        entry,
      )
      const context: EffectContext = {
        request,
        route,
        now: desk.clock.now,
        signedUrl: (expiresInMs) => origin.signedUrl(request, expiresInMs),
        registryUrl: () => origin.registryUrl(request),
        expireToken() {
          desk.tokens.void(bearerToken(request.headers.authorization) ?? '')
          const { voidTokenStatus } = desk.quirks
          return voidTokenStatus === undefined ? stranger(origin.gate, request, route) : plain(voidTokenStatus)
        },
        stranger: () => stranger(origin.gate, request, route),
        serial: nextSerial,
      }
      try {
        await answer(watched, watched.effects, await decide(watched.effects, context, refusal))
      } catch (error) {
        if (!(error instanceof RequestCut)) throw error
        if (typeof error.how === 'function') return await answer(watched, [], error.how(context))
        await breakOff(await socketOf(response, gone.signal), error.how, gone.signal)
      } finally {
        watched.end()
      }
    }

    function answer(watched: WatchedEffects, effects: readonly WatchedEffect[], reply: Reply): Promise<void> {
      const { method } = request
      const manner = mannerOf(desk, effects, { method, reply, socket: message.socket, signal: gone.signal })
      watched.end()
      return send(response, method, reply, manner, entry)
    }

    async function decide(
      effects: readonly WatchedEffect[],
      context: EffectContext,
      refusal: Reply | undefined,
    ): Promise<Reply> {
      const lanes = lanesOf(
        desk.shaping,
        message,
        effects.map((effect) => effect.requestBytesPerSecond),
      )
      if (hasBody(message))
        for (const effect of effects) if (effect.requestBytesPerSecond !== undefined) effect.changed()
      const paced = lanes.length === 0 ? request : { ...request, body: pacedBody(request.body, lanes, gone.signal) }
      const asked = effects.reduce((given, effect) => effect.request?.(given) ?? given, paced)
      let reply =
        effects.reduce<Reply | undefined>((found, effect) => found ?? effect.replace?.(context), undefined) ??
        (await inCharacter(refusal ?? (await safely(asked)), { request: asked, route, quirks: desk.quirks }))
      for (const effect of effects) reply = (await effect.change?.(reply, context)) ?? reply
      return reply
    }

    async function safely(asked: RegistryRequest): Promise<Reply> {
      try {
        return await origin.answer(asked, route)
      } catch (error) {
        if (gone.signal.aborted || error instanceof RequestCut || !message.complete) throw error
        return failure('UNKNOWN', error instanceof Error ? error.message : undefined)
      }
    }
  }
}
