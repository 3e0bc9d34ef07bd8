import { readCertificate, readHtpasswd, parseAddress, isLoopback, formatAddress, watchFile } from '@lading/serve/front'
import type { Address, Certificate, Users, WatchedFile } from '@lading/serve/front'
import { CliError } from '../../cli-error.ts'
import type { CommandContext } from '../../context.ts'
import { assertMetricsSafe, assertSafe } from './assert-safe.ts'
import { parseUpstreams, type UpstreamChoice } from './parse-upstream.ts'
import type { ServeOptions } from './serve-options.ts'

/** What is to be served, how and for whom, held against each other before anything is opened. */
export interface Plan {
  /** Where; or the descriptor of a socket that systemd handed over. */
  readonly at: Address | number
  readonly metricsAt?: Address | undefined
  readonly upstreams: readonly UpstreamChoice[]
  readonly certificate?: Certificate | undefined
  readonly users?: WatchedFile<Users> | undefined
}

/** @throws CliError `USAGE`, FrontError */
export async function makePlan(
  options: ServeOptions,
  { inherited, context }: { readonly inherited: readonly number[]; readonly context: CommandContext },
): Promise<Plan> {
  const { listen, metricsListen, tlsCert, tlsKey, htpasswd } = options
  const [socket] = inherited
  if (inherited.length > 1)
    throw new CliError('USAGE', `systemd passed ${inherited.length} sockets, but only one is supported`, {
      hint: 'use one ListenStream= in the socket unit, and one unit for each server',
    })
  const at = socket ?? parseAddress(listen)
  const metricsAt = metricsListen === undefined ? undefined : parseAddress(metricsListen)
  if (metricsAt !== undefined) assertMetricsSafe(formatAddress(metricsAt), isLoopback(metricsAt.host))
  const upstreams = parseUpstreams(options.upstream)
  if ((tlsCert === undefined) !== (tlsKey === undefined))
    throw new CliError('USAGE', 'a certificate and its key belong together', {
      hint: `give --tls-${tlsKey === undefined ? 'key' : 'cert'} too`,
    })
  const [hasTls, hasPasswords] = [tlsCert !== undefined, htpasswd !== undefined]
  // Where an inherited socket is bound, it says itself.
  if (typeof at !== 'number')
    assertSafe({ address: formatAddress(at), isLoopback: isLoopback(at.host), hasTls, hasPasswords, upstreams })
  return {
    at,
    metricsAt,
    upstreams,
    certificate: tlsCert === undefined || tlsKey === undefined ? undefined : await readCertificate(tlsCert, tlsKey),
    users:
      htpasswd === undefined
        ? undefined
        : await watchFile(htpasswd, readHtpasswd, { onProblem: (error) => void context.report(error) }),
  }
}
