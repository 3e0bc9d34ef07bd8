import { createRegistryClientOver, type RegistryClientOptions } from '../create-registry-client.ts'
import { closable } from '../wire/closable.ts'
import type { RegistryClient } from '../registry-client.ts'
import { createFetchTransport, type FetchTransportOptions } from './fetch-transport.ts'

export interface FetchClientOptions
  extends Omit<RegistryClientOptions, 'certificates' | 'timeouts' | 'transport'>, FetchTransportOptions {}

/**
 * The same client over `fetch`, without a Node built-in in what it is made of: it bundles for Workers and browsers.
 *
 * @throws RegistryError `OPTION_INVALID` for an insecure host, a mirror or an allowed realm that is none
 */
export function createRegistryClient({ fetch, timeouts, ...options }: FetchClientOptions = {}): RegistryClient {
  return createRegistryClientOver({ ...options, timeouts, transport: undefined }, () =>
    closable(createFetchTransport({ fetch, timeouts })),
  )
}
