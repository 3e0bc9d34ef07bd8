import { describe, expect, it } from 'vitest'
import { clientOf, failureOf } from './support/client.ts'
import { descriptorOf, manifestOf, manifestType } from './support/image.ts'
import { bytes, json, serve, type ScriptedServer } from './support/scripted-server.ts'

const { bytes: manifest } = manifestOf()
const layers = ['one', 'two', 'three', 'four', 'five', 'six'].map((text) => Buffer.from(text))

/** Takes each token once, and refuses it from then on without a word; `open: false` refuses every one. */
async function onceEach(open = true): Promise<{ readonly server: ScriptedServer; readonly tokens: () => number }> {
  let issued = 0
  const used = new Set<string>()
  const server = await serve((request, response) => {
    const { url = '', headers } = request
    if (url.startsWith('/token')) return json(response, 200, { token: `token-${++issued}` })
    const { authorization } = headers
    if (authorization === undefined)
      return json(response, 401, {}, { 'www-authenticate': `Bearer realm="http://${headers.host}/token"` })
    if (!open || used.has(authorization)) return bytes(response, 403, '')
    used.add(authorization)
    if (url.includes('/manifests/')) return bytes(response, 200, manifest, { 'content-type': manifestType })
    const layer = layers.find((each) => url.endsWith(descriptorOf(each).digest))
    return layer === undefined ? json(response, 404, {}) : bytes(response, 200, layer)
  })
  return { server, tokens: () => issued }
}

describe('a registry that takes each token once', () => {
  it('gives everything, one after the other and at once', async () => {
    const { server, tokens } = await onceEach()
    const { manifests, blobs } = clientOf().repository(`${server.host}/t/app`)
    await manifests.get('1')
    await manifests.get('1')
    const read = await Promise.all(layers.map((layer) => blobs.read(descriptorOf(layer))))
    expect(read.map((each) => Buffer.from(each))).toEqual(layers)
    // One in place of the shared one, and one of its own, at most.
    expect(tokens()).toBeLessThanOrEqual(2 + 2 * layers.length)
  })

  it('is believed when it refuses a token that nobody else showed', async () => {
    const { server, tokens } = await onceEach(false)
    const { manifests } = clientOf().repository(`${server.host}/t/app`)
    expect(await failureOf(manifests.get('1'))).toMatchObject({ code: 'DENIED' })
    expect(tokens()).toBe(1)
    expect(server.requests.filter(({ line }) => line.includes('/manifests/'))).toHaveLength(2)
  })

  it('is asked a bounded number of times by many at once', async () => {
    const { server, tokens } = await onceEach(false)
    const { blobs } = clientOf().repository(`${server.host}/t/app`)
    const failures = await Promise.all(layers.map((layer) => failureOf(blobs.read(descriptorOf(layer)))))
    for (const failure of failures) expect(failure).toMatchObject({ code: 'DENIED' })
    expect(server.requests.filter(({ line }) => line.includes('/blobs/')).length).toBeLessThanOrEqual(4 * layers.length)
    expect(tokens()).toBeLessThanOrEqual(2 * layers.length)
  })
})
