import type { ClientEvent, ExplainedProxyPolicy } from '@lading/registry-client'
import type { Terminal } from '../process/terminal.ts'

/** A line for each thing that happens on the wire. Events have nothing secret in them. */
export function debugRequests(
  terminal: Pick<Terminal, 'write'>,
  proxies: Pick<ExplainedProxyPolicy, 'explain'>,
): (event: ClientEvent) => void {
  return (event) => {
    const words = wordsOf(event, proxies)
    if (words !== undefined) terminal.write(`debug: ${words}\n`)
  }
}

function wordsOf(event: ClientEvent, { explain }: Pick<ExplainedProxyPolicy, 'explain'>): string | undefined {
  switch (event.type) {
    case 'request': {
      const { method, url, status, milliseconds, authorized, proxy } = event
      return `${method} ${url} ${status ?? 'no answer'}, ${Math.round(milliseconds)} ms${authorized ? ', authorized' : ''}${proxy === undefined ? '' : `, through ${proxy} (${explain(new URL(url))?.said ?? ''})`}`
    }
    case 'redirect':
      return `${event.status} from ${event.from} to ${event.to}`
    case 'retry':
      return `${event.url} is tried again in ${event.afterMs} ms (${event.code})`
    case 'pause':
      return `${event.host} asks to wait for ${event.forMs} ms`
    case 'token':
      return `token of ${event.realm} for ${event.scope}, ${event.as}${event.withheld ? ' (credentials not sent)' : ''}`
    case 'identity-renewed':
      return `${event.host} renewed the identity token`
    default:
      return undefined
  }
}
