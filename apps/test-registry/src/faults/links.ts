import type { Reply } from '../http/message.ts'
import type { EffectContext } from './effect.ts'

/** The next page is this page, for ever. */
export const linkLoop = (given: Reply, { request }: EffectContext): Reply => ({
  ...given,
  headers: { ...given.headers, link: `<${request.path}${request.query.size === 0 ? '' : `?${request.query.toString()}`}>; rel="next"` },
})

/** A `Link` that never closes its bracket. */
export const brokenLink = (given: Reply): Reply => ({ ...given, headers: { ...given.headers, link: '<not a link; rel="next' } })
