import { CliError } from '../../cli-error.ts'
import type { UpstreamChoice } from './parse-upstream.ts'

/** How a server can be reached, and by whom. */
export interface Exposure {
  /** `127.0.0.1:5000`, for messages. */
  readonly address: string
  readonly isLoopback: boolean
  readonly hasTls: boolean
  readonly hasPasswords: boolean
  readonly upstreams: readonly UpstreamChoice[]
}

/** Private content stays private, and passwords are not sent in clear text. @throws CliError `USAGE` */
export function assertSafe({ address, isLoopback, hasTls, hasPasswords, upstreams }: Exposure): void {
  if (isLoopback) return
  const known = upstreams.find(({ withCredentials }) => withCredentials)
  if (known !== undefined && !hasPasswords)
    throw new CliError(
      'USAGE',
      `everybody who can reach ${address} could read what your credentials for ${known.host} allow`,
      {
        hint: 'require passwords with --htpasswd FILE, or listen on 127.0.0.1, or remove ,credentials',
      },
    )
  if (hasPasswords && !hasTls)
    throw new CliError('USAGE', `passwords would be sent to ${address} unencrypted`, {
      hint: 'give a certificate with --tls-cert FILE and --tls-key FILE, or listen on 127.0.0.1 behind a proxy that has one',
    })
}

/** The listener of metrics has no passwords. @throws CliError `USAGE` */
export function assertMetricsSafe(address: string, isLoopback: boolean): void {
  if (isLoopback) return
  throw new CliError('USAGE', `the metrics show what is pulled, and everybody could read them at ${address}`, {
    hint: 'use a loopback address such as 127.0.0.1:9100 for --metrics-listen, and your own proxy for access from elsewhere',
  })
}
