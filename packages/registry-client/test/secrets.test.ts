import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { ClientEvent, Credential, RegistryClientOptions } from '../src/index.ts'
import { clientOf, failureOf } from './support/client.ts'
import { descriptorOf } from './support/image.ts'
import { bytes, json, serve, type Handler } from './support/scripted-server.ts'
import { sinkOf } from './support/sink.ts'

const canary = 'canary-7f3a9'
const encoded = Buffer.from(`ann:${canary}`).toString('base64')

/** Everything that a log, a crash or a report could show of a value. */
function everything(value: unknown): string {
  const texts = [inspect(value, { depth: 20, showHidden: true, getters: true }), String(value)]
  for (let error: unknown = value; error instanceof Error; error = error.cause)
    texts.push(error.message, error.stack ?? '', JSON.stringify(error))
  return texts.join('\n')
}

const basic: Credential = { kind: 'basic', username: 'ann', password: canary }
const identity: Credential = { kind: 'identity', token: canary }
const registryToken: Credential = { kind: 'registry', token: canary }
const bearer = (origin: string): Record<string, string> => ({
  'www-authenticate': `Bearer realm="${origin}/token?password=${canary}",service=s`,
})

describe('no secret shows', () => {
  it.each<[string, Credential, (origin: string) => Handler]>([
    [
      'when basic is refused',
      basic,
      () => (_request, response) => json(response, 401, {}, { 'www-authenticate': 'Basic realm="x"' }),
    ],
    [
      'when the token server refuses a password',
      basic,
      (origin) => (_request, response) =>
        json(
          response,
          401,
          { errors: [{ code: 'UNAUTHORIZED', message: `bad token Bearer ${canary}` }] },
          bearer(origin),
        ),
    ],
    [
      'when the token server refuses an identity',
      identity,
      (origin) => (_request, response) => json(response, 401, {}, bearer(origin)),
    ],
    [
      'when a registry token is refused',
      registryToken,
      (origin) => (_request, response) => json(response, 401, {}, bearer(origin)),
    ],
    [
      'when the token server speaks no HTTP',
      basic,
      (origin) => (request, response) =>
        request.url?.startsWith('/token') === true
          ? void response.socket?.end(`{"token":"${canary}"}\r\n`)
          : json(response, 401, {}, bearer(origin)),
    ],
    [
      'when the token cannot be in a header',
      basic,
      (origin) => (request, response) =>
        request.url?.startsWith('/token') === true
          ? json(response, 200, { token: `${canary}\n` })
          : json(response, 401, {}, bearer(origin)),
    ],
    [
      'when the token server hangs up',
      identity,
      (origin) => (request, response) =>
        request.url?.startsWith('/token') === true ? void response.destroy() : json(response, 401, {}, bearer(origin)),
    ],
    [
      'when the registry is down after the token',
      basic,
      (origin) => (request, response) =>
        request.url?.startsWith('/token') === true
          ? json(response, 200, { token: canary })
          : request.headers.authorization === undefined
            ? json(response, 401, {}, bearer(origin))
            : bytes(response, 500, ''),
    ],
    [
      'when a signed URL fails',
      basic,
      (origin) => (request, response) =>
        request.url?.startsWith('/signed') === true
          ? bytes(response, 500, '')
          : bytes(response, 307, '', { location: `${origin}/signed?X-Amz-Signature=${canary}` }),
    ],
    [
      'when a signed URL points to itself',
      basic,
      (origin) => (_request, response) =>
        bytes(response, 307, '', { location: `${origin}/signed?X-Amz-Signature=${canary}` }),
    ],
  ])('%s', async (_what, credential, handlerAt) => {
    const events: ClientEvent[] = []
    const options: RegistryClientOptions = {
      credentials: () => Promise.resolve(credential),
      onEvent: (event) => events.push(event),
    }
    const registry = await serve((request, response) => handlerAt(registry.origin)(request, response))
    const client = clientOf(options)
    const repository = client.repository(`${registry.host}/a`)
    const errors = [
      await failureOf(repository.manifests.get('1')),
      await failureOf(repository.blobs.fetch(descriptorOf(Buffer.from('x')), sinkOf())),
    ]
    expect(events.length).toBeGreaterThan(0)
    for (const shown of [...errors, events, client, repository].map(everything)) {
      expect(shown).not.toContain(canary)
      expect(shown).not.toContain(encoded)
    }
  })
})
