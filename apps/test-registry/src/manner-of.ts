import type { Socket } from 'node:net'
import type { Effect } from './faults/effect.ts'
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

/** What the registry and the faults that fired make of the wire. */
export function mannerOf(
  { shaping, quirks }: { readonly shaping: Shaping; readonly quirks: Quirks },
  effects: readonly Effect[],
  socket: Socket,
  signal: AbortSignal,
): Manner {
  return {
    interim: quirks.interimAnswers ?? [],
    delayMs: shaping.latencyMs + effects.reduce((sum, effect) => sum + (effect.delayMs ?? 0), 0),
    lanes: lanesOf(
      shaping,
      socket,
      effects.map((effect) => effect.bytesPerSecond),
    ),
    headBytesPerSecond: slowest(effects.map((effect) => effect.headBytesPerSecond)),
    ending: effects.find((effect) => effect.ending !== undefined)?.ending,
    raw: effects.find((effect) => effect.raw !== undefined)?.raw,
    closing: effects.some((effect) => effect.closing === true),
    signal,
  }
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
