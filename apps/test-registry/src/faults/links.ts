import type { Reply } from '../http/message.ts'
import type { EffectContext } from './effect.ts'

/** The next page is this page, for ever. */
export const linkLoop = (given: Reply, { request }: EffectContext): Reply => ({
  ...given,
  headers: {
    ...given.headers,
    link: `<${request.path}${request.query.size === 0 ? '' : `?${request.query.toString()}`}>; rel="next"`,
  },
})

/** The next page is another one each time, so that having seen a page before does not help. */
export const endlessPages = (given: Reply, { request, serial }: EffectContext): Reply => {
  const query = new URLSearchParams(request.query)
  query.set('page', String(serial()))
  return { ...given, headers: { ...given.headers, link: `<${request.path}?${query.toString()}>; rel="next"` } }
}

/** A `Link` that never closes its bracket. */
export const brokenLink = (given: Reply): Reply => ({
  ...given,
  headers: { ...given.headers, link: '<not a link; rel="next' },
})
