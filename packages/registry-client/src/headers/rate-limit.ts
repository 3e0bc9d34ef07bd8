import type { TransportHeaders } from '../transport.ts'

/** What a registry says of the requests it still allows us. */
export interface RateLimit {
  /** Requests in a window, where it says so. */
  readonly limit?: number | undefined
  /** Requests left in the window. */
  readonly remaining: number
  /** The window's length in milliseconds. */
  readonly windowMs?: number | undefined
  /** Until the window begins anew, in milliseconds from the answer. */
  readonly resetMs?: number | undefined
}

/** Of a header; an honest one has 100. */
const longest = 1024
const second = 1000

/**
 * Reads `RateLimit-Limit: 100;w=21600` and `RateLimit-Remaining: 76;w=21600` (Docker Hub), `RateLimit-Reset` beside them
 * (draft-ietf-httpapi-ratelimit-headers 03), `RateLimit: limit=100, remaining=76, reset=30` (07), and
 * `RateLimit: "default";r=76;t=30` with `RateLimit-Policy: "default";q=100;w=21600` (08 and later). Of several policies
 * the one with the least left counts. `undefined`: nothing is said. Never throws.
 */
export function rateLimitOf(headers: TransportHeaders): RateLimit | undefined {
  const one = read(headers, 'ratelimit')
  return one.length > 0 ? ofOneHeader(one, read(headers, 'ratelimit-policy')) : ofThreeHeaders(headers)
}

function ofThreeHeaders(headers: TransportHeaders): RateLimit | undefined {
  const [left, limit, reset] = [
    read(headers, 'ratelimit-remaining')[0],
    read(headers, 'ratelimit-limit')[0],
    read(headers, 'ratelimit-reset')[0],
  ]
  const remaining = count(left?.name)
  if (remaining === undefined) return undefined
  const window = count(left?.parameters.get('w')) ?? count(limit?.parameters.get('w'))
  return made({ remaining, limit: count(limit?.name), window, reset: count(reset?.name) })
}

function ofOneHeader(members: readonly Member[], policies: readonly Member[]): RateLimit | undefined {
  const named = new Map(members.map(({ name, value }) => [name, value]))
  const remaining = count(named.get('remaining'))
  if (remaining !== undefined) {
    const window = count(policies[0]?.parameters.get('w'))
    return made({ remaining, limit: count(named.get('limit')), window, reset: count(named.get('reset')) })
  }
  let least: RateLimit | undefined
  for (const { name, parameters } of members) {
    const left = count(parameters.get('r'))
    if (left === undefined || (least !== undefined && least.remaining <= left)) continue
    const policy = policies.find((each) => each.name === name)?.parameters
    least = made({
      remaining: left,
      limit: count(policy?.get('q')),
      window: count(policy?.get('w')),
      reset: count(parameters.get('t')),
    })
  }
  return least
}

const made = ({
  remaining,
  limit,
  window,
  reset,
}: {
  readonly remaining: number
  readonly limit: number | undefined
  readonly window: number | undefined
  readonly reset: number | undefined
}): RateLimit => ({
  remaining,
  ...(limit === undefined ? {} : { limit }),
  ...(window === undefined ? {} : { windowMs: window * second }),
  ...(reset === undefined ? {} : { resetMs: reset * second }),
})

const count = (text: string | undefined): number | undefined =>
  text !== undefined && /^[0-9]{1,12}$/.test(text) ? Number(text) : undefined

interface Member {
  /** Without its quotes. */
  readonly name: string
  /** Behind the name's `=`. */
  readonly value: string | undefined
  readonly parameters: ReadonlyMap<string, string>
}

/** `a=1;w=2, "b";w=3`: as much of a structured field (RFC 9651) as these headers use. */
function read(headers: TransportHeaders, header: string): readonly Member[] {
  const text = (headers.get(header) ?? '').slice(0, longest)
  return text.split(',').flatMap((member) => {
    const [first = '', ...rest] = member.split(';').map(pair)
    const [name, value] = first
    if (name === undefined || name === '') return []
    return [{ name, value, parameters: new Map(rest.map(([key = '', of = '']) => [key, of])) }]
  })
}

function pair(text: string): readonly (string | undefined)[] {
  const equals = text.indexOf('=')
  const [name, value] = equals === -1 ? [text, undefined] : [text.slice(0, equals), text.slice(equals + 1)]
  return [bare(name), value === undefined ? undefined : bare(value)]
}

const bare = (text: string): string =>
  text
    .trim()
    .replace(/^"(.*)"$/, '$1')
    .toLowerCase()
