import type { ClientEvent } from './client-event.ts'

/** Why nothing happens for a while. */
export interface WaitNotice {
  /** Whom the wait is about. */
  readonly host: string
  readonly forMs: number
  /** What it comes from. */
  readonly code: string
  /** One line for people. */
  readonly message: string
}

/** What an event says of a wait that begins; `undefined` for the others. */
export function waitNotice(event: ClientEvent): WaitNotice | undefined {
  if (event.type === 'retry') {
    const { afterMs: forMs, code, status } = event
    const { host } = new URL(event.url)
    const why = status === undefined ? (reasons[code] ?? `it failed with ${code}`) : `it answered ${status}`
    return { host, forMs, code, message: `${host} is tried again in ${secondsOf(forMs)}: ${why}` }
  }
  if (event.type !== 'wait') return undefined
  const { host, forMs } = event
  const message = `waiting ${secondsOf(forMs)}, as ${host} asks`
  return { host, forMs, code: 'TOO_MANY_REQUESTS', message }
}

/** Of a code that a request may be repeated for, in words. */
const reasons: Readonly<Record<string, string>> = {
  CONNECTION_REFUSED: 'it did not accept the connection',
  CONNECTION_LOST: 'the connection was lost',
  HOST_UNKNOWN: 'no address was found for it',
  MACHINE_LIMIT: 'this machine has no free sockets',
  TIMEOUT: 'it did not answer in time',
  BAD_RESPONSE: 'its answer was not HTTP',
}

const secondsOf = (ms: number): string => `${ms < 10_000 ? Math.ceil(ms / 100) / 10 : Math.ceil(ms / 1000)} s`
