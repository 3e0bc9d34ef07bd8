import { image, startTestRegistry, type TestRegistry } from '@lading/test-registry'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { ClientEvent, Credential, IdentityRenewal } from '../src/index.ts'
import { RegistryError } from '../src/index.ts'
import { clientOf, failureOf } from './support/client.ts'
import { manifestOf, manifestType } from './support/image.ts'
import { bytes, json, serve } from './support/scripted-server.ts'
import { virtualClock } from './support/virtual-clock.ts'

const first = { kind: 'identity', token: 'first-canary' } as const
/** Says the same for ever, as a file that cannot be written does. */
const credentials = (): Promise<Credential> => Promise.resolve(first)

/** Each refresh makes the token before it void. */
async function rotating(): Promise<TestRegistry> {
  const registry = await startTestRegistry({
    auth: { kind: 'bearer', anonymous: 'nothing', identityToken: first.token, identityTokenRotates: true },
    images: ['a', 'b', 'c', 'd'].map((name) => image(`team/${name}:1`).layer({ [name]: name })),
  })
  onTestFinished(() => registry.close())
  return registry
}

describe('an identity token that the token server renews', () => {
  it('is kept for the life of the client, for every repository, at once and later', async () => {
    const registry = await rotating()
    const clock = virtualClock()
    const client = clientOf({ credentials, clock })
    const get = (name: string): Promise<unknown> =>
      client.repository(`${registry.host}/team/${name}`).manifests.get('1')
    await Promise.all(['a', 'b', 'c'].map(get))
    await get('d')
    clock.advance(2 * 60 * 60_000)
    registry.clock.advance(2 * 60 * 60_000)
    await Promise.all(['d', 'c'].map(get))
    expect(registry.journal.requests({ kind: 'token' }).map(({ status }) => status)).toEqual([
      200, 200, 200, 200, 200, 200,
    ])
  })

  it('is handed to who stores it, each once, before it is used, and told without a secret', async () => {
    const registry = await rotating()
    const renewals: IdentityRenewal[] = []
    const events: ClientEvent[] = []
    const client = clientOf({
      credentials,
      storeRenewedIdentity: (renewal) => void renewals.push(renewal),
      onEvent: (event) => events.push(event),
    })
    for (const name of ['a', 'b']) await client.repository(`${registry.host}/team/${name}`).manifests.get('1')
    expect(renewals.map(({ host, previous }) => ({ host, previous }))).toEqual([
      { host: registry.host, previous: first },
      { host: registry.host, previous: renewals[0]?.renewed },
    ])
    expect(events.filter(({ type }) => type === 'identity-renewed')).toEqual([
      { type: 'identity-renewed', host: registry.host },
      { type: 'identity-renewed', host: registry.host },
    ])
    for (const secret of [first.token, ...renewals.map(({ renewed }) => renewed.token)])
      expect(JSON.stringify(events)).not.toContain(secret)
  })

  it.each([
    [
      'an error of ours',
      (text: string) => new RegistryError('OPTION_INVALID', `cannot write ${text}`, {}),
      /cannot write \*\*\* \*\*\*/,
    ],
    ['any other', (text: string) => new Error(text), /could not be stored/],
  ])('that cannot be stored (%s) serves on, and that is told without it', async (_what, errorOf, words) => {
    const registry = await rotating()
    const events: ClientEvent[] = []
    const client = clientOf({
      credentials,
      storeRenewedIdentity: ({ previous, renewed }) => Promise.reject(errorOf(`${previous.token} ${renewed.token}`)),
      onEvent: (event) => events.push(event),
    })
    for (const name of ['a', 'b']) await client.repository(`${registry.host}/team/${name}`).manifests.get('1')
    const told = events.filter((event) => event.type === 'identity-renewed')
    expect(told).toHaveLength(2)
    for (const { problem } of told) expect(problem).toMatch(words)
    expect(JSON.stringify(events)).not.toContain(first.token)
  })

  it('is what signing in gives back to be stored', async () => {
    const registry = await rotating()
    const { outcome, renewed } = await clientOf().signIn(registry.host, { credential: first })
    expect(outcome).toBe('accepted')
    expect(renewed).toMatchObject({ kind: 'identity' })
    expect(await failureOf(clientOf().signIn(registry.host, { credential: first }))).toMatchObject({
      code: 'UNAUTHORIZED',
    })
    const renewals: IdentityRenewal[] = []
    const client = clientOf({ storeRenewedIdentity: (renewal) => void renewals.push(renewal) })
    for (let count = 0; count < 2; count++)
      expect(await client.signIn(registry.host, { credential: renewed })).toMatchObject({ outcome: 'accepted' })
    expect(renewals.map(({ previous }) => previous)).toEqual([renewed, renewals[0]?.renewed])
  })

  it('by an answer to GET is renewed too', async () => {
    const shown: string[] = []
    const registry = await serve((request, response) => {
      if (request.method === 'POST') return json(response, 404, {})
      if (request.url?.startsWith('/token') === true) {
        shown.push(Buffer.from(request.headers.authorization?.slice(6) ?? '', 'base64').toString())
        return json(response, 200, { token: 't', expires_in: 60, refresh_token: `renewed-${shown.length}` })
      }
      if (request.headers.authorization === undefined)
        return json(response, 401, {}, { 'www-authenticate': `Bearer realm="${registry.origin}/token"` })
      return bytes(response, 200, manifestOf().bytes, { 'content-type': manifestType })
    })
    const client = clientOf({ credentials })
    for (const name of ['a', 'b']) await client.repository(`${registry.host}/${name}`).manifests.get('1')
    expect(shown).toEqual(['<token>:first-canary', '<token>:renewed-1'])
  })

  it.each([
    ['the same', first.token],
    ['nothing', ''],
    ['no text', 7],
    ['a text that no place for tokens can hold', 'a\nb'],
  ])('by %s is not renewed', async (_what, refresh) => {
    const registry = await serve((request, response) => {
      if (request.url?.startsWith('/token') === true) return json(response, 200, { token: 't', refresh_token: refresh })
      if (request.headers.authorization === undefined)
        return json(response, 401, {}, { 'www-authenticate': `Bearer realm="${registry.origin}/token"` })
      return bytes(response, 200, manifestOf().bytes, { 'content-type': manifestType })
    })
    const renewals: unknown[] = []
    await clientOf({ credentials, storeRenewedIdentity: (renewal) => void renewals.push(renewal) })
      .repository(`${registry.host}/a`)
      .manifests.get('1')
    expect(renewals).toEqual([])
  })

  it('at one host leaves what another host knows by the same token alone', async () => {
    const [evil, honest] = [await rotating(), await rotating()]
    const client = clientOf({ credentials })
    await client.repository(`${evil.host}/team/a`).manifests.get('1')
    await client.repository(`${honest.host}/team/a`).manifests.get('1')
    expect(honest.journal.requests({ kind: 'token' }).map(({ status }) => status)).toEqual([200])
  })
})
