import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { image, startTestRegistry, type Fault } from '@lading/test-registry'
import { describe, expect, it, onTestFinished } from 'vitest'
import { atScale } from '../../../test/support/scale.ts'
import { makeUser } from './support/user.ts'

const password = 'CANARY-password-61'
const refresh = 'CANARY-refresh-62'
const secrets = [
  password,
  refresh,
  Buffer.from(`ann:${password}`).toString('base64'),
  Buffer.from(password).toString('base64').replace(/=+$/, ''),
]

interface Stranger {
  readonly origin: string
  readonly seen: IncomingHttpHeaders[]
}

/** Another origin: it wants to know who is there, and says what it heard. */
async function stranger(): Promise<Stranger> {
  const seen: IncomingHttpHeaders[] = []
  const server = createServer((request, response) => {
    seen.push(request.headers)
    response.writeHead(401, {
      'www-authenticate': `Bearer realm="http://${request.headers.host}/token", Basic realm="who"`,
    })
    response.end(JSON.stringify({ errors: [{ code: 'UNAUTHORIZED', message: JSON.stringify(request.headers) }] }))
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { origin: `http://localhost:${(server.address() as AddressInfo).port}`, seen }
}

const misfortunes: readonly (readonly [string, (there: Stranger) => readonly Fault[]])[] = [
  ['nothing goes wrong', () => []],
  ['blobs are at the CDN', () => [{ on: 'blob', then: { redirect: 'cdn' } }]],
  ["the CDN's signatures have expired", () => [{ on: 'blob', nth: 1, then: { redirect: 'cdn', expiresInMs: 0 } }]],
  ['blobs are at a stranger', ({ origin }) => [{ on: 'blob', then: { redirect: `${origin}/v2/x/blobs/y` } }]],
  ['the token server leads to a stranger', ({ origin }) => [{ on: 'token', then: { redirect: `${origin}/token` } }]],
  ['everything leads to metadata', () => [{ on: 'manifest', then: { redirect: 'http://169.254.169.254/x' } }]],
  ['the token server hangs up', () => [{ on: 'token', nth: 1, then: 'reset' }]],
]

const auth = { kind: 'bearer', username: 'ann', password, identityToken: refresh, anonymous: 'nothing' } as const
const configs = {
  'a password': { auth: Buffer.from(`ann:${password}`).toString('base64') },
  'a refresh token': { auth: Buffer.from('ann:').toString('base64'), identitytoken: refresh },
}

describe.each(Object.entries(configs))('no secret shows on the command line, with %s', (kind, entry) => {
  // Each once in the ordinary run, with the one secret or the other.
  const mine = misfortunes.filter((_, at) => atScale((at % 2 === 0) === (kind === 'a refresh token'), true))
  it.each(mine)('when %s', async (what, faults) => {
    const there = await stranger()
    await using registry = await startTestRegistry({
      images: [image('team/app:1').layer({ a: 'one' }), image('team/app:2').layer({ a: 'two' })],
      auth,
    })
    const user = await makeUser()
    await user.write('.docker/config.json', JSON.stringify({ auths: { [registry.host]: entry } }))
    for (const fault of faults(there)) registry.addFault(fault)
    const name = `${registry.host}/team/app`
    for (const args of [
      ['pull', '--debug', `${name}:1`],
      ['pull', '--progress', 'json', '--debug', `${name}:2`],
      ['tags', '--debug', name],
      ['auth', 'why', '--check', registry.host],
    ]) {
      // In a process of its own, --debug shows stack and causes too.
      const { stdout, stderr, code } = await (what.includes('stranger') && args[0] === 'pull'
        ? user.run(args)
        : user.here(args))
      expect(code === 0 || what !== 'nothing goes wrong', stderr).toBe(true)
      for (const secret of secrets) expect(`${args.join(' ')} (${code})\n${stdout}${stderr}`).not.toContain(secret)
      expect(`${stdout}${stderr}`).not.toMatch(/[?&](?:sig|signature|expires)=(?!\*\*\*)/i)
    }
    registry.journal.assertNoSecretAt('cdn')
    for (const headers of there.seen) {
      expect(headers).not.toHaveProperty('authorization')
      expect(headers).not.toHaveProperty('cookie')
    }
  })
})

describe('a token server on another host', () => {
  it('in plain http is named with why it sees no password', async () => {
    const there = await startTestRegistry({ auth })
    onTestFinished(() => there.close())
    const realm = there.host.replace('127.0.0.1', 'localhost')
    await using registry = await startTestRegistry({
      images: [image('team/app:1').layer({ a: 'a' })],
      auth: { ...auth, realm: `http://${realm}/token` },
    })
    const user = await makeUser()
    await user.write('.docker/config.json', JSON.stringify({ auths: { [registry.host]: configs['a password'] } }))
    const { code, stderr } = await user.here(['tags', `${registry.host}/team/app`])
    expect(code).toBe(4)
    expect(stderr).toMatch(new RegExp(`^hint: .*${realm}, which is a different host and uses plain http`, 'm'))
    expect(there.journal.entries.map(({ authorization }) => authorization)).not.toContain('basic')
  })

  it('or a place that a registry leads to, is named with what allows it when its address is a private one', async () => {
    await using registry = await startTestRegistry({
      images: [image('team/app:1').layer({ a: 'a' })],
      faults: [{ on: 'manifest', then: { redirect: 'http://10.9.8.7:1/x' } }],
    })
    const user = await makeUser()
    const { code, stderr } = await user.here(['digest', `${registry.host}/team/app:1`])
    expect(code).not.toBe(0)
    expect(stderr).toContain(`--allow-realm ${registry.host}=10.9.8.7:1`)
  })
})
