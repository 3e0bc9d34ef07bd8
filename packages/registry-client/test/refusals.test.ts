import { describe, expect, it } from 'vitest'
import { clientOf, failureOf } from './support/client.ts'
import { bytes, json, serve, sha256, type Handler, type ScriptedServer } from './support/scripted-server.ts'

const manifestOf = (server: ScriptedServer): Promise<Record<string, unknown> & Error> =>
  failureOf(clientOf().repository(`${server.host}/t/app`).manifests.get('1'))
const xml = (code: string, message: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`

describe('what a refusal says', () => {
  it.each<[string, unknown, string]>([
    ['one error in place of a list', { errors: { code: 'UNKNOWN', message: 'no disk' } }, 'unknown: no disk'],
    ['a list alone', [{ code: 'UNAUTHORIZED', message: 'bad combination' }], 'unauthorized: bad combination'],
    ['a message alone', { message: 'no route matched' }, 'no route matched'],
    ['a detail alone', { detail: 'not for you' }, 'not for you'],
    ['an error with a message', { error: 'plan', message: 'upgrade first' }, 'plan: upgrade first'],
    ['an error that is an object', { error: { code: 403, message: 'quota' } }, 'quota'],
    ['members that are none of these', { status: 'no' }, '{"status":"no"}'],
  ])('is shown when it is %s', async (_how, body, words) => {
    const server = await serve((_, response) => json(response, 400, body))
    expect((await manifestOf(server)).message).toBe(`${server.host} answered 400: ${words}`)
  })

  it('is shown when the storage says it in XML, at its own host', async () => {
    const storage = await serve((_, response) => bytes(response, 403, xml('AccessDenied', 'Access Denied by policy')))
    const server = await serve((_, response) => {
      response.writeHead(307, { location: `${storage.origin}/x` }).end()
    })
    const error = await manifestOf(server)
    expect(error).toMatchObject({ code: 'REDIRECT_EXPIRED', facts: { host: storage.host } })
    expect(error.message).toBe(`${storage.host} answered 403: AccessDenied: Access Denied by policy`)
    expect(error['hint']).toContain('operator')
  })

  it.each<[number, unknown]>([
    [412, { errors: [{ code: 'PROJECTPOLICYVIOLATION', message: 'has vulnerabilities' }] }],
    [409, { errors: [{ code: 'CONFLICT', message: 'immutable' }] }],
    [402, {}],
    [451, {}],
  ])('of status %i is asked once, and not taken for a wrong address', async (status, body) => {
    const server = await serve((_, response) => json(response, status, body))
    expect((await manifestOf(server))['hint']).toBe('the registry does not allow this to anybody; ask its operator')
    expect(server.requests).toHaveLength(1)
  })

  it('that leads elsewhere and not where says so', async () => {
    const server = await serve((_, response) => {
      response.writeHead(307).end()
    })
    expect((await manifestOf(server))['hint']).toContain('without saying where')
  })
})

describe('a 403 that is a rate limit', () => {
  const denied = (message: string): unknown => ({ errors: [{ code: 'DENIED', message }] })

  it.each<[string, Handler]>([
    ['in a header', (_, response) => json(response, 403, denied('no'), { 'retry-after': '7' })],
    ['in words', (_, response) => json(response, 403, denied('You have exceeded a secondary rate limit.'))],
    ['in a message alone', (_, response) => json(response, 403, { message: 'pull rate-limit exceeded' })],
  ])('is told %s, and tried again', async (_how, answer) => {
    const server = await serve(answer)
    expect(await manifestOf(server)).toMatchObject({
      code: 'TOO_MANY_REQUESTS',
      hint: 'wait, or log in: registries allow more requests to users who are logged in',
    })
    expect(server.requests.filter(({ line }) => line.includes('/manifests/'))).toHaveLength(5)
  })

  it('makes the host rest for as long as it says', async () => {
    const rests: number[] = []
    const server = await serve((_, response) => json(response, 403, denied('no'), { 'retry-after': '7' }))
    const client = clientOf({ onEvent: (event) => (event.type === 'pause' ? rests.push(event.forMs) : undefined) })
    await failureOf(client.repository(`${server.host}/t/app`).manifests.get('1'))
    expect(rests).toContain(7000)
  })
})

describe('a manifest with status 200', () => {
  it.each<[string, string]>([
    ['MANIFEST_UNKNOWN', 'MANIFEST_UNKNOWN'],
    ['DENIED', 'DENIED'],
    ['SOMETHING', 'BAD_RESPONSE'],
  ])('that is an error in truth is that error: %s', async (word, code) => {
    const server = await serve((_, response) =>
      json(response, 200, { errors: [{ code: word, message: 'of the proxy' }] }),
    )
    const error = await manifestOf(server)
    expect(error).toMatchObject({ code, facts: { status: 200 } })
    expect(error.message).toMatch(/: of the proxy$/)
  })

  it.each([
    ['', 'nothing'],
    [' \n', 'nothing'],
    ['null', 'null'],
  ])('that is %j says so', async (body, words) => {
    const server = await serve((_, response) => bytes(response, 200, body))
    const error = await manifestOf(server)
    expect(error).toMatchObject({ code: 'BAD_RESPONSE', message: `${server.host} sent ${words} instead of a manifest` })
    const byDigest = clientOf().repository(`${server.host}/t/app`).manifests.get(sha256('x'))
    expect(await failureOf(byDigest)).toMatchObject({ code: 'BAD_RESPONSE', facts: { digest: sha256('x') } })
  })

  it('with a member called errors is a manifest all the same', async () => {
    const empty = { mediaType: 'application/vnd.oci.empty.v1+json', digest: sha256('{}'), size: 2 }
    const mediaType = 'application/vnd.oci.image.manifest.v1+json'
    const server = await serve((_, response) =>
      json(response, 200, {
        schemaVersion: 2,
        mediaType,
        config: empty,
        layers: [empty],
        errors: [{ code: 'DENIED' }],
      }),
    )
    expect((await clientOf().repository(`${server.host}/a`).manifests.get('1')).descriptor.mediaType).toBe(mediaType)
  })
})
