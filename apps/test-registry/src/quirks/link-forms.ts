import type { LinkForm } from '../quirks.ts'
import type { Trait, TraitContext } from './in-character.ts'

const next = 'rel="next"'

/** The same next page in other words. `target` is its path and query. */
const forms: Readonly<Record<LinkForm, (target: string, request: TraitContext['request']) => string>> = {
  absolute: (target, { scheme, headers: { host = '' } }) => `<${scheme}://${host}${target}>; ${next}`,
  'plain-http': (target, { headers: { host = '' } }) => `<http://${host}${target}>; ${next}`,
  'other-port': (target, { scheme, headers: { host = '' } }) =>
    `<${scheme}://${host.replace(/:\d+$/, '')}:8081${target}>; ${next}`,
  'inner-host': (target) => `<http://registry.internal:5000${target}>; ${next}`,
  'other-path': (target, { scheme, headers: { host = '' } }) =>
    `<${scheme}://${host}/repository/proxied${target}>; ${next}`,
  'short-path': (target) => `<${target.replace(/^\/v2\/[^/]+\//, '/v2/')}>; ${next}`,
  query: (target) => `<${target.slice(target.indexOf('?'))}>; ${next}`,
  'no-rel': (target) => `<${target}>`,
  'single-quotes': (target) => `<${target}>; rel='next'`,
  quotes: (target) => `"${target}"; ${next}`,
  'no-brackets': (target) => `${target}; ${next}`,
}

export const link: Trait = (given, { request, quirks: { linkForm } }) => {
  const target = typeof given.headers['link'] === 'string' ? /^<(.*?)>/.exec(given.headers['link'])?.[1] : undefined
  return linkForm === undefined || target === undefined
    ? given
    : { ...given, headers: { ...given.headers, link: forms[linkForm](target, request) } }
}
