import { image, startTestRegistry, type TestRegistryOptions } from '@lading/test-registry'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Credential } from '../src/index.ts'
import { clientOf, failureOf } from './support/client.ts'

const ann: Credential = { kind: 'basic', username: 'ann', password: 'secret' }
const bob: Credential = { kind: 'basic', username: 'ann', password: 'CANARY' }
const content = { images: [image('acme/app:1').layer({ a: 'b' })] }
const basic: TestRegistryOptions = { ...content, auth: { kind: 'basic', username: 'ann', password: 'secret' } }
const bearer: TestRegistryOptions = { ...content, auth: { kind: 'bearer', username: 'ann', password: 'secret' } }

describe('signing in', () => {
  it.each([
    ['basic', basic],
    ['bearer', bearer],
  ] as const)('by %s: what is good is accepted, what is not is refused', async (scheme, options) => {
    await using registry = await startTestRegistry(options)
    const client = clientOf()
    const realm = scheme === 'bearer' ? registry.host : undefined
    expect(await client.signIn(registry.host, { credential: ann })).toMatchObject({
      outcome: 'accepted',
      scheme,
      realm,
      endpoint: { host: registry.host },
    })
    const error = await failureOf(client.signIn(registry.host, { credential: bob }))
    expect(error).toMatchObject({ code: 'UNAUTHORIZED' })
    expect(JSON.stringify(error)).not.toContain('CANARY')
  })

  it('with nothing to show says whether nobody may come in', async () => {
    await using closed = await startTestRegistry(basic)
    expect(await failureOf(clientOf().signIn(closed.host))).toMatchObject({
      code: 'UNAUTHORIZED',
      hint: `log in: lading login ${closed.host}`,
    })
    await using tokens = await startTestRegistry(bearer)
    expect(await clientOf().signIn(tokens.host)).toMatchObject({ outcome: 'anonymous', scheme: 'bearer' })
    await using open = await startTestRegistry(content)
    expect(await clientOf().signIn(open.host, { credential: ann })).toMatchObject({
      outcome: 'not-asked',
      scheme: 'none',
    })
  })

  it('takes an identity token to the token server, and a bearer token to the registry', async () => {
    await using registry = await startTestRegistry({
      ...content,
      auth: { kind: 'bearer', username: 'ann', password: 'secret', identityToken: 'refresh', registryToken: 'direct' },
    })
    expect(
      await clientOf().signIn(registry.host, { credential: { kind: 'identity', token: 'refresh' } }),
    ).toMatchObject({ outcome: 'accepted' })
    expect(await clientOf().signIn(registry.host, { credential: { kind: 'registry', token: 'direct' } })).toMatchObject(
      { outcome: 'accepted' },
    )
    await expect(
      clientOf().signIn(registry.host, { credential: { kind: 'identity', token: 'wrong' } }),
    ).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
    expect(
      await failureOf(
        clientOf().signIn((await startedBasic()).host, { credential: { kind: 'identity', token: 'refresh' } }),
      ),
    ).toMatchObject({ code: 'UNAUTHORIZED' })
  })

  it('shows nothing to a token server on another host that nobody allowed', async () => {
    // The same server by another name.
    await using registry = await startTestRegistry(bearer)
    const elsewhere = `localhost:${new URL(registry.url).port}`
    registry.addFault({
      on: 'ping',
      unauthorized: true,
      then: { status: 401, headers: { 'www-authenticate': `Bearer realm="http://${elsewhere}/token",service="x"` } },
    })
    const client = clientOf()
    expect(await client.signIn(registry.host, { credential: ann })).toMatchObject({
      outcome: 'withheld',
      realm: elsewhere,
    })
    expect(registry.journal.entries.filter(({ kind }) => kind === 'token')).toEqual([])
  })

  it.each([401, 403])('is refused where nothing says how, and no repository is spoken of: %i', async (status) => {
    await using registry = await startTestRegistry({ ...content, faults: [{ on: 'ping', then: { status } }] })
    expect(await failureOf(clientOf().signIn(registry.host, { credential: ann }))).toMatchObject({
      hint: 'it does not say how to log in; check whether a proxy answers in its place, or ask its operator',
    })
  })

  it('is refused where there is no registry', async () => {
    await using registry = await startTestRegistry({ ...content, faults: [{ on: 'ping', then: { status: 404 } }] })
    expect(await failureOf(clientOf().signIn(registry.host, { credential: ann }))).toMatchObject({
      code: 'UNSUPPORTED',
      hint: 'check that this is the address of a registry',
    })
    expect(await failureOf(clientOf().signIn('127.0.0.1:1', { credential: ann }))).toMatchObject({
      code: 'CONNECTION_REFUSED',
    })
    await expect(clientOf().signIn('user@evil', { credential: ann })).rejects.toMatchObject({ code: 'TARGET_INVALID' })
  })
})

async function startedBasic(): Promise<Awaited<ReturnType<typeof startTestRegistry>>> {
  const registry = await startTestRegistry(basic)
  onTestFinished(() => registry.close())
  return registry
}
