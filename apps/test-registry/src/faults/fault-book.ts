import { checkFault } from './check-fault.ts'
import type { Fault } from './fault.ts'
import { describeFault } from './describe-fault.ts'
import { seededRandom } from './seeded-random.ts'
import type { Route } from '../route.ts'

interface FaultTarget {
  readonly method: string
  readonly route: Route
  readonly ranged: boolean
  readonly reused: boolean
  readonly unauthorized: boolean
}

/** A fault that is to hit a request. One of the two is called, once. */
export interface DueFault {
  readonly name: string
  readonly fault: Fault
  /** A test did not ask for it, and need not hear that it changed nothing. */
  readonly standing: boolean
  /** It has changed something. */
  fire(): void
  /** The request has ended, and it has changed nothing. It is as good as before. */
  spare(): void
}

/** A fault that was added. */
export interface ListedFault {
  /** From 1, never used again. */
  readonly id: number
  readonly name: string
  readonly fault: Fault
  /** For how many requests it has changed something. */
  readonly fired: number
  /** For how many requests it was to, and did not: the body was shorter than `afterBytes`, the header was not there … */
  readonly withoutEffect: number
  /** False: no request is looked at, and none is counted. */
  readonly enabled: boolean
}

export interface FaultSwitch {
  readonly id: number
  readonly name: string
  remove(): void
  /** Off keeps what was counted. */
  enable(on: boolean): void
}

/** The faults of a registry and how often each was met. */
export interface FaultBook {
  /** @throws TestRegistryError `FAULT_INVALID` */
  add(fault: Fault): FaultSwitch
  find(id: number): FaultSwitch | undefined
  clear(): void
  list(): readonly ListedFault[]
  /** The faults that are to hit this request. Counts it. */
  meet(target: FaultTarget): readonly DueFault[]
}

interface Entry {
  readonly id: number
  readonly name: string
  readonly fault: Fault
  readonly random: () => number
  enabled: boolean
  met: number
  /** To hit a request that is under way. */
  due: number
  fired: number
  withoutEffect: number
}

/** @param options.standing they are a profile's, and not a test's */
export function createFaultBook({ standing = false }: { readonly standing?: boolean } = {}): FaultBook {
  let entries: Entry[] = []
  let lastId = 0
  const switchOf = (entry: Entry): FaultSwitch => ({
    id: entry.id,
    name: entry.name,
    remove: () => void (entries = entries.filter((other) => other !== entry)),
    enable: (on) => void (entry.enabled = on),
  })
  return {
    add(fault) {
      checkFault(fault)
      const entry: Entry = {
        id: ++lastId,
        enabled: true,
        name: fault.name ?? describeFault(fault),
        fault,
        random: seededRandom(fault.seed ?? 1),
        met: 0,
        due: 0,
        fired: 0,
        withoutEffect: 0,
      }
      entries.push(entry)
      return switchOf(entry)
    },
    find: (id) => {
      const entry = entries.find((other) => other.id === id)
      return entry === undefined ? undefined : switchOf(entry)
    },
    clear: () => void (entries = []),
    list: () =>
      entries.map(({ id, name, fault, fired, withoutEffect, enabled }) => ({
        id,
        name,
        fault,
        fired,
        withoutEffect,
        enabled,
      })),
    meet: (target) =>
      entries
        .filter((entry) => entry.enabled && fits(entry.fault, target) && isDue(entry))
        .map((entry) => dueFault(entry, standing)),
  }
}

function dueFault(entry: Entry, standing: boolean): DueFault {
  entry.due += 1
  return {
    name: entry.name,
    fault: entry.fault,
    standing,
    fire() {
      entry.due -= 1
      entry.fired += 1
    },
    spare() {
      entry.due -= 1
      entry.withoutEffect += 1
    },
  }
}

function fits(fault: Fault, { method, route, ranged, reused, unauthorized }: FaultTarget): boolean {
  const methods = typeof fault.method === 'string' ? [fault.method] : (fault.method ?? usualMethods(fault))
  const target = fault.target ?? fault.digest
  return (
    (fault.on === 'any' || fault.on === route.kind) &&
    (methods === undefined || methods.includes(method)) &&
    (fault.repository === undefined || fault.repository === route.repository) &&
    (target === undefined || target === route.target) &&
    (fault.ranged === undefined || fault.ranged === ranged) &&
    (fault.reused === undefined || fault.reused === reused) &&
    (fault.unauthorized ?? false) === unauthorized
  )
}

const bodyActions: readonly unknown[] = [
  'flip',
  'truncate',
  'endless',
  'gzip',
  'cut-chunk',
  'bad-chunk',
  'tls-alert',
  'unasked-range',
]

/** A fault inside a body is meant for a request that has one, or whose answer has. */
function usualMethods({ afterBytes, afterRequestBytes, then }: Fault): readonly string[] | undefined {
  if (afterRequestBytes !== undefined) return ['POST', 'PUT', 'PATCH']
  const inBody =
    afterBytes !== undefined ||
    bodyActions.includes(then) ||
    (typeof then === 'object' && ('extraBytes' in then || 'content' in then))
  return inBody ? ['GET'] : undefined
}

function isDue(entry: Entry): boolean {
  const { nth, from, times, probability } = entry.fault
  entry.met += 1
  if (nth !== undefined && entry.met !== nth) return false
  if (from !== undefined && entry.met < from) return false
  if (times !== undefined && entry.fired + entry.due >= times) return false
  // The draw is made for each request that gets here, hit or not: otherwise `times` would change who is hit.
  return probability === undefined || entry.random() < probability
}
