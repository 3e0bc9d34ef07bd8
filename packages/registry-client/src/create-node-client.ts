import { createRegistryClientOver, type RegistryClientOptions } from './create-registry-client.ts'
import type { RegistryClient } from './registry-client.ts'
import { createNodeTransport } from './transport/node-transport.ts'

/**
 * A client for any number of registries. Nothing is connected or looked up before the first request.
 *
 * @throws RegistryError `OPTION_INVALID` for an insecure host, a mirror or an allowed realm that is none
 */
export function createRegistryClient(options: RegistryClientOptions = {}): RegistryClient {
  const { timeouts, certificates, lookup } = options
  return createRegistryClientOver(options, (listeners) =>
    createNodeTransport({ timeouts, certificates, lookup, ...listeners }),
  )
}
