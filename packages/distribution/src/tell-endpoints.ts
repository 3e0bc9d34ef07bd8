import type { EndpointEvent } from '@lading/registry-client'
import type { PullEvent } from './pull-event.ts'

type TellEndpoint = (event: Extract<PullEvent, { readonly type: 'endpoint' | 'endpoint:failed' }>) => void

/**
 * The client tells of each request which endpoint is asked; a pull tells when it is another one than before, and of a
 * mirror's failures each code once. Content that mirrors give or lack on the side is no news as long as it comes.
 */
export function endpointTeller(emit: TellEndpoint): (event: EndpointEvent) => void {
  let current: string | undefined
  let failedFor: string | undefined
  const told = new Set<string>()
  return (event) => {
    const { url, mirror, need } = event
    if (event.type === 'endpoint:failed') {
      failedFor = need
      const { code, message } = event
      // A tag that leads on is told of each time: it changes who is asked.
      if (need === 'pull' && told.has(`${url} ${code}`)) return
      told.add(`${url} ${code}`)
      emit({ type: 'endpoint:failed', url, mirror, code, message })
      return
    }
    const goesOn = failedFor === need
    failedFor = undefined
    if (url === current || (need === 'pull' && current !== undefined && !goesOn)) return
    current = url
    emit({ type: 'endpoint', url, mirror })
  }
}
