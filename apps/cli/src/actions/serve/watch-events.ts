import { printable } from '@lading/errors'
import type { ServeEvent } from '@lading/serve'
import { accessLine, type AccessLogFormat, type Metrics } from '@lading/serve/front'
import type { LastUsed } from '@lading/serve'

export interface EventWatchers {
  readonly metrics: Pick<Metrics, 'observe'>
  readonly lastUsed: Pick<LastUsed, 'touch'>
  readonly accessLog: AccessLogFormat
  readonly line: (line: string) => void
  readonly warn: (message: string) => void
  /** More may be here than there should. */
  readonly grown: () => void
}

/** How often the same is said of a host, in milliseconds. */
const quietMs = 60_000

/** Hands what happens at a server to all who want to know. */
export function watchEvents({
  metrics,
  lastUsed,
  accessLog,
  line,
  warn,
  grown,
}: EventWatchers): (event: ServeEvent) => void {
  const said = new Map<string, number>()
  const warnOnce = (about: string, message: string): void => {
    const now = performance.now()
    if (now - (said.get(about) ?? -quietMs) < quietMs) return
    if (said.size > 1000) said.clear()
    said.set(about, now)
    warn(printable(message))
  }
  return (event) => {
    metrics.observe(event)
    switch (event.type) {
      case 'request':
        if (accessLog !== 'none') line(accessLine(event, accessLog, new Date()))
        return
      case 'hit':
        return lastUsed.touch(event.digest)
      case 'download:joined':
        return lastUsed.touch(event.digest)
      case 'download:ended':
        lastUsed.touch(event.digest)
        if (event.outcome === 'failed')
          warnOnce(
            `${event.host} ${event.code}`,
            `${event.host}/${event.repository}: ${event.message ?? `${event.digest} did not come`}`,
          )
        return grown()
      case 'failed':
        return warnOnce(`failed ${event.code}`, `a request failed here (${event.code}): ${event.message}`)
      case 'unkept':
        return warnOnce(`unkept ${event.code}`, `${event.digest} was served and could not be kept: ${event.message}`)
      case 'stale':
        return warnOnce(
          `stale ${event.host}`,
          `${event.host} is not available (${event.code}): ${staleOf(event)} served from the cache`,
        )
      case 'upstream:failed':
        return warnOnce(`${event.host} ${event.code}`, `${event.host}: ${event.message}`)
      default:
    }
  }
}

function staleOf({ need, repository, tag }: Extract<ServeEvent, { readonly type: 'stale' }>): string {
  if (need === 'resolve') return `${repository}:${tag} is`
  return `the list of ${need === 'tags' ? `the tags of ${repository}` : `what refers to a manifest of ${repository}`} is`
}
