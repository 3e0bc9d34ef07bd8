import {
  createMonitor,
  defaultLimits,
  openListener,
  renderPage,
  type Address,
  type Listener,
  type Metrics,
} from '@lading/serve/front'
import type { Cache } from './open-cache.ts'
import type { UpstreamChoice } from './parse-upstream.ts'

export interface Monitored {
  readonly cache: Pick<Cache, 'onTheWay' | 'notReady'>
  readonly metrics: Metrics
  readonly listener: Listener
  readonly upstreams: readonly UpstreamChoice[]
  readonly isStopping: () => boolean
}

/** Metrics, health and the page, on a listener of their own. */
export function openMonitor(
  at: Address,
  { cache, metrics, listener, upstreams, isStopping }: Monitored,
): Promise<Listener> {
  const startedAt = Date.now()
  const { connections, connectionsPerClient } = defaultLimits
  const monitor = createMonitor({
    metrics: () => metrics.render({ downloads: cache.onTheWay().length, connections: listener.connections.all }),
    page: () =>
      renderPage({
        sums: metrics.sums(),
        onTheWay: cache.onTheWay(),
        connections: listener.connections.all,
        upstreams: upstreams.map(({ host }) => host),
        startedAt,
        now: Date.now(),
      }),
    notReady: async () => (isStopping() ? 'it is stopping' : cache.notReady()),
  })
  return openListener(monitor, { at, connections, connectionsPerClient })
}
