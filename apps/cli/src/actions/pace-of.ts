import type { RegistryClientOptions } from '@lading/registry-client'
import type { PaceOptions } from '../command-options.ts'

/** What a registry client is told of bytes and time. */
export function paceOf({
  limitRate,
  connectTimeout,
  stallTimeout,
  requestTimeout,
}: PaceOptions): Pick<RegistryClientOptions, 'limitRate' | 'timeouts'> {
  // A server that does not begin to answer stalls as well.
  return {
    limitRate,
    timeouts: { connect: connectTimeout, headers: stallTimeout, stall: stallTimeout, total: requestTimeout },
  }
}
