import { stat } from 'node:fs/promises'
import { image, startTestRegistry, type TestRegistryOptions } from '@lading/test-registry'
import { describe, expect, it } from 'vitest'
import { lading } from './support/lading.ts'
import { runHere } from './support/run-here.ts'
import { makeUser } from './support/user.ts'

const who = { username: 'ann', password: 'CANARY-secret' }
const registryWith = (kind: 'basic' | 'bearer'): TestRegistryOptions => ({
  images: [image('acme/app:1').layer({ 'etc/motd': 'hello' })],
  auth: kind === 'basic' ? { kind, ...who } : { kind, ...who, anonymous: 'nothing' },
})
const input = `${who.password}\n`

describe.each(['basic', 'bearer'] as const)('with %s authentication', (kind) => {
  it('a user logs in, pulls, sees why, and logs out', async () => {
    await using registry = await startTestRegistry(registryWith(kind))
    const user = await makeUser()
    const reference = `${registry.host}/acme/app:1`
    const file = user.path('.docker/config.json')

    const stranger = await user.here(['pull', reference])
    expect(stranger.code).toBe(4)

    const login = await user.run(['login', '-u', 'ann', '--password-stdin', registry.host], { input })
    expect(login).toEqual({
      code: 0,
      stdout: 'Login Succeeded\n',
      stderr: `WARNING: the password is kept unencrypted in ${file}; a credential helper (credsStore) is safer\n`,
    })
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(JSON.parse(await user.read('.docker/config.json'))).toEqual({
      auths: { [registry.host]: { auth: Buffer.from('ann:CANARY-secret').toString('base64') } },
    })

    const pull = await user.here(['pull', reference])
    expect(pull).toMatchObject({ code: 0, stdout: `${reference}\n` })
    expect(await user.here(['tags', `${registry.host}/acme/app`])).toMatchObject({ code: 0, stdout: '1\n' })
    expect(await user.here(['digest', reference])).toMatchObject({ code: 0, stderr: '' })

    const list = await user.here(['auth', 'list'])
    expect(list.stdout).toMatch(new RegExp(`^REGISTRY +USER +KIND +PLACE\\n${registry.host} +ann +basic +${file}\\n$`))
    const why = await user.here(['auth', 'why', '--check', registry.host])
    expect(why).toMatchObject({ code: 0, stderr: '' })
    expect(why.stdout).toContain(`\n${registry.host}: ann, from ${file}; the registry accepts it\n`)

    const logout = await user.here(['logout', registry.host])
    expect(logout).toEqual({ code: 0, stdout: `Removing login credentials for ${registry.host}\n`, stderr: '' })
    expect((await user.here(['logout', registry.host])).stdout).toBe(`Not logged in to ${registry.host}\n`)
    expect((await user.here(['pull', '-a', `${registry.host}/acme/app`])).code).toBe(4)
    for (const said of [stranger, login, pull, list, why, logout])
      expect(`${said.stdout}${said.stderr}`).not.toMatch(/CANARY|Q0FOQVJZ/)
  })

  it('a wrong password is refused and not stored', async () => {
    await using registry = await startTestRegistry(registryWith(kind))
    const user = await makeUser()
    const { code, stdout, stderr } = await user.here(['login', '-u', 'ann', '--password-stdin', registry.host], {
      input: 'CANARY-wrong',
    })
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' })
    expect(stderr).toContain('lading: ')
    expect(stderr).not.toContain('CANARY')
    await expect(user.read('.docker/config.json')).rejects.toThrow('ENOENT')
  })
})

describe('a password from standard input', () => {
  it.each(['CANARY-secret', 'CANARY-secret\n', 'CANARY-secret\r\n', '\uFEFFCANARY-secret\r\n'])(
    'is what stands between byte order mark and line end: %j',
    async (piped) => {
      await using registry = await startTestRegistry(registryWith('basic'))
      const user = await makeUser()
      const { code, stderr } = await user.here(['login', '-u', 'ann', '--password-stdin', registry.host], {
        input: piped,
      })
      expect(code, stderr).toBe(0)
    },
  )
})

describe('an identity token that the token server renews', () => {
  it('is renewed where it is kept, by every command that shows it', async () => {
    await using registry = await startTestRegistry({
      images: [image('acme/app:1').layer({ 'etc/motd': 'hello' })],
      auth: { kind: 'bearer', anonymous: 'nothing', identityToken: 'CANARY-first', identityTokenRotates: true },
    })
    const user = await makeUser()
    const kept = async (): Promise<unknown> =>
      (JSON.parse(await user.read('.docker/config.json')) as { auths: Record<string, { identitytoken?: string }> })
        .auths[registry.host]?.identitytoken
    const said = await user.here(['login', '-u', '<token>', '--password-stdin', registry.host], {
      input: 'CANARY-first',
    })
    expect(said.code).toBe(0)
    const seen = [await kept()]
    for (const words of [
      ['pull', `${registry.host}/acme/app:1`],
      ['tags', `${registry.host}/acme/app`],
      ['auth', 'why', '--check', registry.host],
      ['digest', '--debug', `${registry.host}/acme/app:1`],
    ]) {
      const { code, stdout, stderr } = await user.here(words)
      expect({ words, code }).toEqual({ words, code: 0 })
      seen.push(await kept())
      for (const token of seen) expect(`${stdout}${stderr}`).not.toContain(token)
    }
    expect(new Set([...seen, 'CANARY-first']).size).toBe(6)
    expect(registry.journal.requests({ kind: 'token' }).every(({ status }) => status === 200)).toBe(true)
  })
})

it.each([40, 60, 100])('auth why does not wrap in %d columns', async (columns) => {
  const { code, stdout } = await runHere(['auth', 'why', 'ghcr.io'], { columns })
  expect(code).toBe(0)
  for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(columns)
  expect(stdout.replaceAll(/\s+/g, ' ')).toContain('the variable is not set')
})

describe('lading login', () => {
  it('says as JSON what it did', async () => {
    await using registry = await startTestRegistry(registryWith('bearer'))
    const user = await makeUser()
    const { stdout } = await user.here(['login', '--json', '-u', 'ann', '--password-stdin', registry.host], { input })
    expect(JSON.parse(stdout)).toEqual({
      registry: registry.host,
      kind: 'basic',
      username: 'ann',
      checked: true,
      scheme: 'bearer',
      realm: registry.host,
      stored: { kind: 'file', file: user.path('.docker/config.json') },
    })
  })

  it('keeps what docker wrote, and hands the secret to the configured helper', async () => {
    await using registry = await startTestRegistry(registryWith('basic'))
    const user = await makeUser()
    const before = '{\n\t"auths": {},\n\t"credsStore": "note",\n\t"detachKeys": "ctrl-e"\n}\n'
    await user.write('.docker/config.json', before)
    await user.write(
      'bin/docker-credential-note',
      `#!/bin/sh\n[ "$1" = get ] && { cat >/dev/null; cat "$HOME/kept"; } || cat >"$HOME/kept"\n`,
      0o755,
    )
    const login = await user.here(['login', '-u', 'ann', '--password-stdin', registry.host], { input })
    expect(login).toEqual({ code: 0, stdout: 'Login Succeeded\n', stderr: '' })
    expect(JSON.parse(await user.read('kept'))).toEqual({
      ServerURL: registry.host,
      Username: 'ann',
      Secret: who.password,
    })
    expect(await user.read('.docker/config.json')).toBe(before.replace('{},', `{\n\t\t"${registry.host}": {}\n\t},`))
    expect((await user.here(['pull', `${registry.host}/acme/app:1`])).code).toBe(0)
  })

  it('warns where a registry asks for nothing', async () => {
    await using registry = await startTestRegistry({ images: [image('acme/app:1').layer({ a: 'b' })] })
    const user = await makeUser()
    const { code, stderr } = await user.here(['login', '-u', 'ann', '--password-stdin', registry.host], { input })
    expect(code).toBe(0)
    expect(stderr).toContain('they were not checked')
  })

  it('takes a variable before the file, and says so', async () => {
    await using registry = await startTestRegistry(registryWith('basic'))
    const user = await makeUser()
    const name = `LADING_AUTH_127_0_0_1___${new URL(registry.url).port}`
    expect(
      (await user.here(['pull', `${registry.host}/acme/app:1`], { env: { [name]: `ann:${who.password}` } })).code,
    ).toBe(0)
    const why = await user.here(['auth', 'why', '--json', '--check', `${registry.host}/acme/app`], {
      env: { [name]: 'ann:CANARY-wrong' },
    })
    expect(why.code).toBe(4)
    expect(JSON.parse(why.stdout)).toMatchObject({
      registry: registry.host,
      repository: 'acme/app',
      used: name,
      check: { outcome: 'failed' },
    })
    expect(why.stdout + why.stderr).not.toContain('CANARY')
    await user.here(['login', '-u', 'ann', '--password-stdin', registry.host], { input })
    const logout = await user.here(['logout', registry.host], { env: { [name]: 'ann:x' } })
    expect(logout.stderr).toBe(`WARNING: ${registry.host} still has credentials in ${name}\n`)
  })

  it.each([
    [['login', '--password-stdin', 'ghcr.io'], '--password-stdin needs --username'],
    [['login', 'ghcr.io'], 'there is no terminal to ask for a user name and a password'],
    [['login', '-u', 'ann', '--password-stdin', 'ghcr.io'], 'the password is empty'],
    [['login', '-u', 'a:b', '-p', 'x', 'ghcr.io'], 'a user name must not have a colon'],
    [['login', '-u', 'ann', '-p', 'x', 'ghcr.io/acme'], "'ghcr.io/acme' is more than a registry"],
    [
      ['login', '-u', 'ann', '-p', 'x', '--password-stdin', 'ghcr.io'],
      '--password and --password-stdin cannot be used together',
    ],
    [['login', '-u', 'ann', '-p', 'x', '--allow-realm', 'oops', 'ghcr.io'], "'oops' is not REGISTRY=HOST"],
    [['logout', 'user:CANARY@ghcr.io'], "'***@ghcr.io' is not the host of a registry"],
    [['auth', 'why', '-x'], "unknown option '-x'"],
  ])('%j is a mistake', async (args, message) => {
    const { code, stderr } = await (await makeUser()).here(args)
    expect(stderr).toContain(`lading: ${message}`)
    expect(stderr).toMatch(/\nhint: /)
    expect(code).toBe(2)
  })

  it('a helper that is missing fails the pull, and is no reason to ask as nobody', async () => {
    await using registry = await startTestRegistry({
      images: [image('acme/app:1').layer({ a: 'b' })],
      auth: { kind: 'bearer' },
    })
    const user = await makeUser()
    await user.write('.docker/config.json', '{"credsStore":"gone"}')
    const pull = await user.here(['pull', `${registry.host}/acme/app:1`])
    expect(pull.stderr).toContain(
      `the credential helper docker-credential-gone is configured, but not on PATH: ${user.path('.docker/config.json')} names it\nhint: install docker-credential-gone`,
    )
    expect(pull.code).toBe(1)
    expect(registry.journal.entries.filter(({ kind }) => kind === 'token')).toEqual([])
    const why = await user.here(['auth', 'why', registry.host])
    expect(why.code).toBe(1)
    expect(why.stdout).toMatch(
      /docker +docker-credential-gone +failed +credsStore in .* names it: the credential helper docker-credential-gone is configured, but not on PATH/,
    )
  })

  it.each([
    ['no JSON', '.docker/config.json', '{"auths": {'],
    ['a list', '.docker/config.json', '[]'],
    ['a wrong type', '.docker/config.json', '{"credsStore": 5}'],
    ['no name of a helper', '.docker/config.json', '{"credsStore": "/bin/sh"}'],
    ['more than 1 MiB', '.docker/config.json', ' '.repeat(1024 * 1024 + 1)],
    ['no JSON for podman', '.config/containers/auth.json', 'x'],
    ['half an entry of netrc', '.netrc', 'machine'],
    ['no realm', '.config/lading/realms/x.json', '{}'],
  ])('a file of credentials with %s is to be corrected, like an option', async (_what, name, content) => {
    await using registry = await startTestRegistry({
      images: [image('acme/app:1').layer({ a: 'b' })],
      auth: { kind: 'basic', username: 'ann', password: 'x' },
    })
    const user = await makeUser()
    const file = await user.write(name, content)
    for (const args of [
      ['pull', `${registry.host}/acme/app:1`],
      ['tags', `${registry.host}/acme/app`],
      ['digest', `${registry.host}/acme/app:1`],
    ]) {
      const { code, stdout, stderr } = await user.here(args)
      expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: '' })
      expect(stderr).toMatch(/^lading: .*\nhint: .*\n$/)
      expect(stderr).toContain(content.includes('/bin/sh') ? "'/bin/sh' is not the name" : file)
    }
  })

  it('a variable with credentials that is malformed is to be corrected, like an option', async () => {
    await using registry = await startTestRegistry({ auth: { kind: 'basic', username: 'ann', password: 'x' } })
    const user = await makeUser()
    const pull = await user.here(['pull', `${registry.host}/acme/app:1`], { env: { DOCKER_AUTH_CONFIG: '{' } })
    expect(pull.stderr).toContain('DOCKER_AUTH_CONFIG, line 1, column 2')
    expect(pull.code).toBe(2)
  })

  it('lists what can be read when something cannot', async () => {
    const user = await makeUser()
    await user.write('.docker/config.json', '{"auths": {')
    await user.write('.netrc', 'machine n.test login net password CANARY')
    const { code, stdout, stderr } = await user.here(['auth', 'list', '--json'])
    expect(JSON.parse(stdout)).toEqual([
      { registry: 'n.test', kind: 'basic', username: 'net', place: user.path('.netrc') },
    ])
    expect(stderr).toContain('config.json, line 1, column 12')
    expect(code).toBe(2)
  })

  it('is not disturbed by the tester’s own logins', async () => {
    expect((await lading(['auth', 'list', '--json'])).stdout).toBe('[]\n')
  })
})
