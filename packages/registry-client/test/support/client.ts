import { createFetchTransport } from '@lading/registry-client/fetch'
import { onTestFinished } from 'vitest'
import { createRegistryClientOver } from '../../src/create-registry-client.ts'
import { createRegistryClient, type RegistryClient, type RegistryClientOptions } from '../../src/index.ts'
import { createNodeTransport } from '../../src/transport/node-transport.ts'
import { overFetch } from './over-fetch.ts'
import { overSockets } from './over-sockets.ts'
import { virtualClock } from './virtual-clock.ts'

/** A client that waits for nothing and is closed with its test. */
export function clientOf(options: RegistryClientOptions = {}): RegistryClient {
  const { timeouts, certificates, lookup } = options
  const given = {
    clock: virtualClock(),
    ...(overFetch.now ? { transport: createFetchTransport({ timeouts }) } : {}),
    ...options,
  }
  const client = overSockets.now
    ? createRegistryClientOver(given, (listeners) =>
        createNodeTransport({ timeouts, certificates, lookup, ...listeners, leastBody: 0 }),
      )
    : createRegistryClient(given)
  onTestFinished(() => client.close())
  return client
}

/** What a promise rejects with. */
export async function failureOf(promise: Promise<unknown>): Promise<Record<string, unknown> & Error> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )
  if ('value' in outcome) throw new Error('it succeeded')
  return outcome.error as Record<string, unknown> & Error
}
