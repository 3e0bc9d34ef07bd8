import { waitNotice, type ClientEvent } from '@lading/registry-client'
import { printable } from '@lading/errors'
import type { Metrics } from '@lading/serve/front'
import { warningText } from '../with-client.ts'

/** Counts what upstreams say, and says what an operator should know. */
export function watchClient(
  metrics: Pick<Metrics, 'upstreamAnswered' | 'rateLimit'>,
  warn: (message: string) => void,
): (event: ClientEvent) => void {
  return (event) => {
    if (event.type === 'request')
      metrics.upstreamAnswered({ host: URL.parse(event.url)?.host ?? 'unknown', status: event.status })
    if (event.type === 'rate-limit') metrics.rateLimit(event.host, event.remaining)
    const warning = warningText(event) ?? waitNotice(event)?.message
    if (warning !== undefined) warn(printable(warning))
  }
}
