import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Gate } from './auth/gate.ts'
import { stranger } from './auth/gate.ts'
import { bearerToken } from './auth/credentials.ts'
import type { Tokens } from './auth/tokens.ts'
import { effectOf } from './faults/effect-of.ts'
import type { Effect, EffectContext } from './faults/effect.ts'
import type { FaultBook } from './faults/fault-book.ts'
import { failure } from './http/registry-errors.ts'
import type { RegistryRequest, Reply } from './http/message.ts'
import { patientBody } from './http/patient-body.ts'
import { send } from './http/send.ts'
import { toRequest } from './http/to-request.ts'
import type { JournalEntry, WritableJournal } from './journal.ts'
import { lookIntoForm } from './journal/form-sightings.ts'
import type { Secrets } from './journal/secrets.ts'
import type { Route } from './route.ts'

/** One origin: how it reads paths, whom it lets in, and what it answers when nothing goes wrong. */
export interface Origin {
  readonly name: JournalEntry['origin']
  route(path: string): Route
  readonly gate: Gate
  answer(request: RegistryRequest, route: Route): Promise<Reply>
  /** At the second origin, a signed URL for what this request asks for. */
  signedUrl(request: RegistryRequest, expiresInMs: number): string
}

export interface Desk {
  readonly journal: WritableJournal
  readonly faults: FaultBook
  readonly tokens: Tokens
  readonly secrets: Secrets
  readonly bytesPerSecond: number | undefined
  readonly latencyMs: number
  readonly patienceMs: number
}

/** The way of one request: journal, gate, faults, answer, wire. */
export function answerAt(origin: Origin, desk: Desk): (message: IncomingMessage, response: ServerResponse) => void {
  let serial = 0
  const nextSerial = (): number => ++serial
  return (message, response) => {
    let request = toRequest(message, patientBody(message, desk.patienceMs))
    const route = origin.route(request.path)
    const entry = desk.journal.open({ origin: origin.name, method: request.method, path: message.url ?? '/', headers: message.headers, route })
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
      const fired = desk.faults.meet({ method: request.method, route, ranged: request.headers.range !== undefined, unauthorized: refusal !== undefined })
      entry.faults = fired.map(({ name }) => name)
      const effects = fired.map(({ fault }) => effectOf(fault))
      const context: EffectContext = {
        request,
        route,
        signedUrl: (expiresInMs) => origin.signedUrl(request, expiresInMs),
        expireToken() {
          desk.tokens.void(bearerToken(request.headers.authorization) ?? '')
          return stranger(origin.gate, request, route)
        },
        serial: nextSerial,
      }
      const reply = await decide(effects, context, refusal)
      await send(response, request.method, reply, { ...mannerOf(effects), signal: gone.signal }, entry)
    }

    async function decide(effects: readonly Effect[], context: EffectContext, refusal: Reply | undefined): Promise<Reply> {
      const replace = effects.find((effect) => effect.replace !== undefined)?.replace
      const asked = effects.reduce((given, effect) => effect.request?.(given) ?? given, request)
      let reply = replace === undefined ? (refusal ?? (await safely(asked))) : await replace(context)
      for (const effect of effects) reply = effect.change?.(reply, context) ?? reply
      return reply
    }

    async function safely(asked: RegistryRequest): Promise<Reply> {
      try {
        return await origin.answer(asked, route)
      } catch (error) {
        if (gone.signal.aborted || !message.complete) throw error
        return failure('UNKNOWN', error instanceof Error ? error.message : undefined)
      }
    }
  }

  function mannerOf(effects: readonly Effect[]): { delayMs: number; bytesPerSecond: number | undefined; ending: Effect['ending'] } {
    const rates = [desk.bytesPerSecond, ...effects.map((effect) => effect.bytesPerSecond)].filter((rate) => rate !== undefined)
    return {
      delayMs: desk.latencyMs + effects.reduce((sum, effect) => sum + (effect.delayMs ?? 0), 0),
      bytesPerSecond: rates.length === 0 ? undefined : Math.min(...rates),
      ending: effects.find((effect) => effect.ending !== undefined)?.ending,
    }
  }
}
