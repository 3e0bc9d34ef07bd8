import type { Socket } from 'node:net'
import type { WatchedEffect } from './faults/watch-effects.ts'
import { reaches } from './http/ending.ts'
import { sentSize, type Reply } from './http/message.ts'
import type { Lane } from './http/pace.ts'
import type { Manner } from './http/send.ts'
import type { Quirks } from './quirks.ts'

/** How fast things go when nothing goes wrong. */
export interface Shaping {
  /** Of each connection's bodies, in each direction. `undefined`: as fast as it goes. */
  readonly bytesPerSecond: number | undefined
  /** Of all bodies together, in both directions. */
  readonly totalBytesPerSecond: number | undefined
  readonly latencyMs: number
}

/** What the registry and the faults that are due make of the wire. */
export function mannerOf(
  { shaping, quirks }: { readonly shaping: Shaping; readonly quirks: Quirks },
  effects: readonly WatchedEffect[],
  {
    method,
    reply,
    socket,
    signal,
  }: { readonly method: string; readonly reply: Reply; readonly socket: Socket; readonly signal: AbortSignal },
): Manner {
  const size = sentSize(method, reply)
  const delaying = using(effects, ({ delayMs = 0 }) => delayMs > 0)
  const [end] = using(effects, ({ ending }) => ending !== undefined && reaches(ending, size), 1)
  const unanswered = end?.ending !== undefined && end.ending.afterBytes === undefined
  const [raw] = unanswered ? [] : using(effects, (effect) => effect.raw !== undefined, 1)
  const replaced = unanswered || raw !== undefined
  const slow = size === 0 || replaced ? [] : using(effects, (effect) => effect.bytesPerSecond !== undefined)
  const dripping = replaced ? [] : using(effects, (effect) => effect.headBytesPerSecond !== undefined)
  const closing = replaced ? [] : using(effects, (effect) => effect.closing === true)
  return {
    interim: quirks.interimAnswers ?? [],
    delayMs: shaping.latencyMs + delaying.reduce((sum, effect) => sum + (effect.delayMs ?? 0), 0),
    lanes: lanesOf(
      shaping,
      socket,
      slow.map((effect) => effect.bytesPerSecond),
    ),
    headBytesPerSecond: slowest(dripping.map((effect) => effect.headBytesPerSecond)),
    ending: end?.ending,
    raw: raw?.raw,
    closing: closing.length > 0,
    signal,
  }
}

/** The effects that do something here, each of which is told so. */
function using(
  effects: readonly WatchedEffect[],
  does: (effect: WatchedEffect) => boolean,
  most: number = effects.length,
): readonly WatchedEffect[] {
  const all = effects.filter(does).slice(0, most)
  for (const effect of all) effect.changed()
  return all
}

/** @param key what the bytes go through: a connection in one direction */
export function lanesOf(shaping: Shaping, key: object, faults: readonly (number | undefined)[]): readonly Lane[] {
  const own = slowest([shaping.bytesPerSecond, ...faults])
  return [
    ...(own === undefined ? [] : [{ key, bytesPerSecond: own }]),
    ...(shaping.totalBytesPerSecond === undefined
      ? []
      : [{ key: shaping, bytesPerSecond: shaping.totalBytesPerSecond }]),
  ]
}

function slowest(rates: readonly (number | undefined)[]): number | undefined {
  const known = rates.filter((rate) => rate !== undefined)
  return known.length === 0 ? undefined : Math.min(...known)
}
