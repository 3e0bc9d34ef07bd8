import { image, startTestRegistry } from '@lading/test-registry'
import { describe, expect, it, onTestFinished } from 'vitest'
import { needs } from '../../../test/support/needs.ts'
import { atATerminal } from './support/at-a-terminal.ts'
import { makeUser } from './support/user.ts'

const content = { images: [image('acme/app:1').layer({ 'etc/motd': 'hello' })] }

describe('login at a terminal', needs('script'), () => {
  it('asks for both, and shows nothing of the password', async () => {
    await using registry = await startTestRegistry({
      ...content,
      auth: { kind: 'basic', username: 'ann', password: 'CANARY-schön' },
    })
    const user = await makeUser()
    const session = atATerminal(['login', registry.host], user.env)
    await session.said(/Username for .*: /)
    session.type('ann\n')
    await session.said(/Password: /)
    session.type('oops\u0015CANARY-schönx\u007f\r')
    expect(await session.ended).toBe(0)
    expect(session.screen()).toContain('Login Succeeded')
    expect(session.screen()).not.toContain('CANARY')
    expect((await user.here(['pull', `${registry.host}/acme/app:1`])).code).toBe(0)
  })

  it('is left by Ctrl-C while it asks', async () => {
    await using registry = await startTestRegistry({
      ...content,
      auth: { kind: 'basic', username: 'ann', password: 's' },
    })
    const user = await makeUser()
    const session = atATerminal(['login', '-u', 'ann', registry.host], user.env)
    await session.said(/Password: /)
    session.type('\u0003')
    expect(await session.ended).toBe(130)
    expect(session.screen()).toContain('lading: interrupted\r\n')
    await expect(user.read('.docker/config.json')).rejects.toThrow('ENOENT')
  })

  it('is left by Ctrl-C where typing is shown, on a line of its own', async () => {
    const user = await makeUser()
    const session = atATerminal(['login', 'registry.test'], user.env)
    await session.said(/Username for .*: /)
    session.type('\u0003')
    expect(await session.ended).toBe(130)
    expect(session.screen()).toMatch(/Username for [^\n]*: (?:\^C)?\r\nlading: interrupted\r\n/)
  })

  it('ends when the input does', async () => {
    const user = await makeUser()
    const session = atATerminal(['login', '-u', 'ann', 'registry.test'], user.env)
    await session.said(/Password: /)
    session.type('\u0004')
    expect(await session.ended).toBe(2)
    expect(session.screen()).toContain('the input ended without an answer')
  })
})

describe('a token server on another host', () => {
  const setup = async (): Promise<{
    registry: Awaited<ReturnType<typeof startTestRegistry>>
    realm: string
    env: Record<string, string>
    user: Awaited<ReturnType<typeof makeUser>>
  }> => {
    const registry = await startTestRegistry({
      ...content,
      tls: true,
      auth: { kind: 'bearer', username: 'ann', password: 'CANARY', anonymous: 'nothing' },
    })
    const { port } = new URL(registry.url)
    // The same server by its other name.
    const [host, realm] = registry.url.includes('localhost')
      ? [`localhost:${port}`, `127.0.0.1:${port}`]
      : [`127.0.0.1:${port}`, `localhost:${port}`]
    registry.addFault({
      on: 'any',
      unauthorized: true,
      then: {
        status: 401,
        headers: { 'www-authenticate': `Bearer realm="https://${realm}/token",service="test-registry"` },
      },
    })
    onTestFinished(() => registry.close())
    expect(registry.host).toBe(host)
    const user = await makeUser()
    return { registry, realm, user, env: { NODE_EXTRA_CA_CERTS: await user.write('ca.pem', registry.ca ?? '') } }
  }

  it('is no place to show a password to unasked', async () => {
    const { registry, realm, user, env } = await setup()
    const { code, stderr } = await user.run(['login', '-u', 'ann', '--password-stdin', registry.host], {
      input: 'CANARY',
      env,
    })
    expect(stderr).toBe(
      `lading: ${registry.host} asks to send the password to its token server ${realm}, which is a different host\nhint: if you trust it: lading login --allow-realm ${registry.host}=${realm} ${registry.host}\n`,
    )
    expect(code).toBe(2)
    expect(registry.journal.entries.filter(({ kind }) => kind === 'token')).toEqual([])
    await expect(user.read('.docker/config.json')).rejects.toThrow('ENOENT')
  })

  it('is shown and asked about; the answer is remembered until logout', needs('script'), async () => {
    const { registry, realm, user, env } = await setup()
    const no = atATerminal(['login', '-u', 'ann', registry.host], { ...user.env, ...env })
    await no.said(/Password: /)
    no.type('CANARY\r')
    await no.said(/Send it there, now and in future\? \[y\/N\] /)
    expect(no.screen()).toContain(
      `${registry.host} asks to send the password to its token server ${realm}, which is a different host.`,
    )
    no.type('\n')
    expect(await no.ended).toBe(2)
    expect(no.screen()).toContain(`nothing was sent to ${realm}, and nothing was stored`)

    const yes = atATerminal(['login', '-u', 'ann', registry.host], { ...user.env, ...env })
    await yes.said(/Password: /)
    yes.type('CANARY\r')
    await yes.said(/\[y\/N\] /)
    yes.type('y\n')
    expect(await yes.ended).toBe(0)
    expect(JSON.parse(await user.read('.config/lading/realms', `${encodeURIComponent(registry.host)}.json`))).toEqual({
      registry: registry.host,
      realm,
    })

    expect(await user.run(['pull', `${registry.host}/acme/app:1`], { env })).toMatchObject({ code: 0 })
    expect((await user.here(['logout', registry.host])).code).toBe(0)
    await expect(user.read('.config/lading/realms', `${encodeURIComponent(registry.host)}.json`)).rejects.toThrow(
      'ENOENT',
    )
  })

  it('may be allowed on the command line, which is remembered too', async () => {
    const { registry, realm, user, env } = await setup()
    const login = await user.run(
      ['login', '--json', '-u', 'ann', '--password-stdin', '--allow-realm', `${registry.host}=${realm}`, registry.host],
      { input: 'CANARY', env },
    )
    expect(login.code).toBe(0)
    expect(JSON.parse(login.stdout)).toMatchObject({ checked: true, scheme: 'bearer', realm })
    expect(await user.run(['pull', `${registry.host}/acme/app:1`], { env })).toMatchObject({ code: 0 })
    await user.write(`.config/lading/realms/${encodeURIComponent(registry.host)}.json`, '{')
    const broken = await user.here(['pull', `${registry.host}/acme/app:2`])
    expect(broken.stderr).toContain('does not say which token server a registry may have\nhint: remove it')
    expect(broken.code).toBe(2)
  })
})
