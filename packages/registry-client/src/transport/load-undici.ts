import type { Agent, buildConnector } from 'undici'

interface Undici {
  readonly Agent: typeof Agent
  readonly buildConnector: typeof buildConnector
}

/**
 * Loads undici (it takes 90 ms). Bun answers to that name with a stand-in of its own that sends nothing; the name of the
 * file leads to undici itself there, too.
 */
export async function loadUndici(): Promise<Undici> {
  const undici: Undici = await import('undici')
  if (typeof undici.Agent.prototype.dispatch === 'function') return undici
  // A name that bundlers do not read: they have the other one already.
  const file = ['undici', 'index.js'].join('/')
  const { default: itself } = (await import(file)) as { readonly default: Undici }
  return itself
}
