import { createFetchTransport } from '@lading/registry-client/fetch'
import { onTestFinished } from 'vitest'
import { createRegistryClient, type RegistryClient, type RegistryClientOptions } from '../../src/index.ts'
import { overFetch } from './over-fetch.ts'
import { virtualClock } from './virtual-clock.ts'

/** A client that waits for nothing and is closed with its test. */
export function clientOf(options: RegistryClientOptions = {}): RegistryClient {
  const { timeouts } = options
  const client = createRegistryClient({
    clock: virtualClock(),
    ...(overFetch.now ? { transport: createFetchTransport({ timeouts }) } : {}),
    ...options,
  })
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
