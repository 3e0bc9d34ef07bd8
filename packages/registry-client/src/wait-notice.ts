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
    const why = status === undefined ? code : `it answered ${status}`
    return { host, forMs, code, message: `${host} is asked again in ${secondsOf(forMs)}: ${why}` }
  }
  if (event.type !== 'wait') return undefined
  const { host, forMs } = event
  const message = `waiting ${secondsOf(forMs)} for ${host}, which asks for it`
  return { host, forMs, code: 'TOO_MANY_REQUESTS', message }
}

const secondsOf = (ms: number): string => `${ms < 10_000 ? Math.ceil(ms / 100) / 10 : Math.ceil(ms / 1000)} s`
