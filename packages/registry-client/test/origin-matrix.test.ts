import { describe, expect, it } from 'vitest'
import { atScale } from '../../../test/support/scale.ts'
import { lead, purposes, type Seen, type Situation } from './support/led-elsewhere.ts'

// The rules once more, in words of this file: classes and relations are written down by hand for each host.
type Class = 'public' | 'private' | 'loopback' | 'never'

interface Registry {
  readonly url: string
  readonly insecure?: true
  /** To which classes of hosts it may lead. */
  readonly reach: readonly Class[]
}

const registries: Readonly<Record<string, Registry>> = {
  'a public registry': { url: 'https://registry.example.com', reach: ['public'] },
  'a public registry at another port': { url: 'https://registry.example.com:8443', reach: ['public'] },
  'a private address': { url: 'https://10.1.2.3:5000', reach: ['public', 'private'] },
  'a private name': { url: 'https://registry.corp.internal', reach: ['public', 'private'] },
  'an insecure host': { url: 'http://registry.example.org:5000', insecure: true, reach: ['public', 'private'] },
  'an insecure host with TLS': { url: 'https://registry.example.org', insecure: true, reach: ['public', 'private'] },
  'a loopback registry': { url: 'http://127.0.0.1:5000', reach: ['public', 'loopback'] },
  'a loopback registry with TLS': { url: 'https://localhost:5000', reach: ['public', 'loopback'] },
}

type Relation = 'own origin' | 'own host' | 'another host'
type Target = (
  registry: URL,
) => { readonly host: string; readonly kind: Class; readonly relation: Relation } | undefined

const other =
  (host: string, kind: Class): Target =>
  () => ({ host, kind, relation: 'another host' })
const hasName = ({ hostname }: URL): boolean => /^[a-z.]+\.[a-z]+$/.test(hostname)
const targets: Readonly<Record<string, Target>> = {
  itself: ({ host }) => ({ host, kind: 'public', relation: 'own origin' }),
  'another port': ({ hostname }) => ({ host: `${hostname}:9999`, kind: 'public', relation: 'own host' }),
  'a sub-domain': (url) =>
    hasName(url)
      ? {
          host: `auth.${url.hostname}`,
          kind: url.hostname.endsWith('.internal') ? 'private' : 'public',
          relation: 'another host',
        }
      : undefined,
  'a parent domain': (url) =>
    hasName(url)
      ? {
          host: url.hostname.replace(/^[^.]+\./, ''),
          kind: url.hostname.endsWith('.internal') ? 'private' : 'public',
          relation: 'another host',
        }
      : undefined,
  'a name that begins like it': (url) =>
    hasName(url) ? { host: `${url.hostname}.evil.example`, kind: 'public', relation: 'another host' } : undefined,
  'a name that ends like it': (url) =>
    hasName(url)
      ? {
          host: `evil${url.hostname}`,
          kind: url.hostname.endsWith('.internal') ? 'private' : 'public',
          relation: 'another host',
        }
      : undefined,
  'another public host': other('cdn.example.net', 'public'),
  'a public address': other('8.8.8.8', 'public'),
  'a private address': other('192.168.7.7:9000', 'private'),
  'a private address in IPv6': other('[::ffff:c0a8:707]', 'private'),
  'a bare name': other('vault:8200', 'private'),
  'another loopback': other('127.8.8.8:9000', 'loopback'),
  'loopback as a number': other('2130706434', 'loopback'),
  metadata: other('169.254.169.254', 'never'),
  'metadata in IPv6': other('[64:ff9b::a9fe:a9fe]', 'never'),
  'metadata by name': other('metadata.google.internal.', 'never'),
  'everywhere and nowhere': other('0.0.0.0:9000', 'never'),
}

interface Case extends Situation {
  readonly reach: readonly Class[]
  readonly kind: Class
  readonly relation: Relation
}

function* casesOf({ url, insecure, reach }: Registry): Generator<Case> {
  for (const named of Object.values(targets))
    for (const scheme of ['https', 'http']) {
      const place = named(new URL(url))
      if (place === undefined) continue
      const target = `${scheme}://${place.host}`
      const relation =
        place.relation === 'own origin' && new URL(target).origin !== new URL(url).origin ? 'own host' : place.relation
      for (const purpose of purposes)
        for (const secret of ['basic', 'identity', 'registry'] as const)
          for (const allowed of [false, true])
            for (const curious of [false, true]) {
              // Nobody has to allow a registry itself.
              if (!(allowed && relation === 'own origin'))
                yield {
                  registry: url,
                  target,
                  purpose,
                  secret,
                  insecure: insecure === true,
                  allowed,
                  curious,
                  reach,
                  kind: place.kind,
                  relation,
                }
            }
    }
}

const downgrades = ({ registry, target }: Case): boolean => registry.startsWith('https:') && target.startsWith('http:')

function isCalled(one: Case): boolean {
  const { purpose, relation, kind, target, secret, allowed, reach } = one
  // Of a `Link` only the query is taken, at the registry itself.
  if (purpose === 'Link') return false
  // Who has the registry's own token already asks no token server.
  if (purpose === 'realm' && secret === 'registry') return false
  if (relation !== 'another host') return !downgrades(one)
  if (kind === 'never' || downgrades(one)) return false
  if (target.startsWith('http:') && kind === 'public') return false
  return allowed || reach.includes(kind)
}

/** What of the secrets the target may see. */
function mayShow({ purpose, relation, target, allowed, curious }: Case): readonly string[] {
  if (purpose === 'urls of a layer') return []
  if (purpose === 'realm') {
    const trusted = relation !== 'another host' || (allowed && target.startsWith('https:'))
    return [...(trusted ? ['credential'] : []), ...(relation === 'own origin' ? ['endpoint'] : [])]
  }
  if (relation !== 'own origin') return []
  // Outside of the API, only who asks for it sees it.
  return purpose.startsWith('redirect') && !curious ? ['endpoint'] : ['credential', 'token', 'endpoint']
}

/** What it must see, for the operation to succeed there. */
function mustShow(one: Case): readonly string[] {
  if (!isCalled(one) || one.purpose === 'urls of a layer') return []
  const may = mayShow(one)
  if (one.purpose === 'realm') return may
  return may.filter((each) => each === 'endpoint' || each === (one.secret === 'identity' ? 'token' : 'credential'))
}

const situation = ({ registry, target, purpose, secret, allowed, curious }: Case): string =>
  `${registry} leads to ${target}: ${purpose}, ${secret}${allowed ? ', allowed' : ''}${curious ? ', which challenges' : ''}`

function leaksOf(one: Case, { there, elsewhere }: Seen): string[] {
  return [...[...there].filter((each) => !mayShow(one).includes(each)), ...elsewhere]
}

describe('where an answer leads, and what is shown there', () => {
  // A prime, so that in the ordinary run too every value meets every other.
  const stride = atScale(7, 1)
  let count = 0

  it.each(Object.entries(registries))('for %s', async (_name, registry) => {
    const wrong: string[] = []
    let nth = 0
    for (const one of casesOf(registry)) {
      if (nth++ % stride !== 0) continue
      const seen = await lead(one)
      count++
      const expected = isCalled(one)
      if (seen.called !== expected)
        wrong.push(`${situation(one)}: ${expected ? 'not called' : 'called'} (${String(seen.error)})`)
      const leaks = leaksOf(one, seen)
      if (leaks.length > 0) wrong.push(`${situation(one)}: leaks ${leaks.join(', ')}`)
      for (const each of mustShow(one))
        if (!seen.there.has(each as 'token')) wrong.push(`${situation(one)}: does not show ${each}`)
      if (
        !expected &&
        !(one.purpose === 'realm' && one.secret === 'registry') &&
        (seen.error as { code?: unknown } | undefined)?.code !==
          (one.purpose === 'Link' ? 'BAD_RESPONSE' : 'ORIGIN_REFUSED')
      )
        wrong.push(`${situation(one)}: ${String(seen.error)}`)
    }
    expect(wrong).toEqual([])
  })

  it('was asked in more than four hundred combinations', () => {
    expect(count).toBeGreaterThan(400)
  })
})
