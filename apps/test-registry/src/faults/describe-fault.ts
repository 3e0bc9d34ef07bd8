import type { Fault } from './fault.ts'

/** `blob #2 reset after 1000 bytes`: a fault's name in the journal when it has none of its own. */
export function describeFault({ on, nth, afterBytes, afterRequestBytes, then }: Fault): string {
  const action = typeof then === 'string' ? then : JSON.stringify(then)
  return `${on}${nth === undefined ? '' : ` #${nth}`} ${action}${afterBytes === undefined ? '' : ` after ${afterBytes} bytes`}${afterRequestBytes === undefined ? '' : ` after ${afterRequestBytes} bytes of the request`}`
}
