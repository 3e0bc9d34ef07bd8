import { writeFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { containersAuth, dockerAuthConfig, dockerConfig, readDockerConfig } from '../src/index.ts'
import { base64, basic, makeHome } from './support/home.ts'

const ann = { auth: base64('ann:secret') }

async function find(config: unknown, host: string): Promise<unknown> {
  const home = await makeHome()
  await home.write('.docker/config.json', config)
  return dockerConfig({ env: home.env })({ host })
}

describe('auths of docker’s config.json', () => {
  it.each([
    ['docker.io', 'https://index.docker.io/v1/'],
    ['docker.io', 'index.docker.io'],
    ['docker.io', 'docker.io'],
    ['docker.io', 'registry-1.docker.io'],
    ['docker.io', 'https://registry-1.docker.io/v2/'],
    ['index.docker.io', 'https://index.docker.io/v1/'],
    ['ghcr.io', 'ghcr.io'],
    ['ghcr.io', 'https://ghcr.io'],
    ['ghcr.io', 'https://ghcr.io/v1/'],
    ['ghcr.io', 'http://ghcr.io/anything/behind?it'],
    ['ghcr.io', 'ghcr.io/acme'],
    ['ghcr.io', 'GHCR.io'],
    ['localhost:5000', 'localhost:5000'],
    ['[::1]:5000', '[::1]:5000'],
  ])('%s is known by the key %s', async (host, key) =>
    expect(await find({ auths: { [key]: ann } }, host)).toEqual(basic('ann', 'secret')),
  )

  it.each([
    ['CVE-2024-35192: a longer host', 'ghcr.io.evil.test', 'ghcr.io'],
    ['CVE-2024-35192: a host in the path', 'evil.test', 'evil.test.x/ghcr.io'],
    ['a user name in the key', 'ghcr.io', 'user@ghcr.io'],
    ['another port', 'localhost:5001', 'localhost:5000'],
    ['a Kelvin sign', 'k.test', '\u212A.test'],
    ['a prototype member', 'constructor', 'x'],
  ])('is not taken for another: %s', async (_what, host, key) =>
    expect(await find({ auths: { [key]: ann } }, host)).toBeUndefined(),
  )

  it('takes docker’s own key before other spellings, and passes over an empty entry', async () => {
    const auths = { 'index.docker.io': { auth: base64('old:x') }, 'https://index.docker.io/v1/': ann }
    expect(await find({ auths }, 'docker.io')).toEqual(basic('ann', 'secret'))
    expect(await find({ auths: { ...auths, 'https://index.docker.io/v1/': {} } }, 'docker.io')).toEqual(
      basic('old', 'x'),
    )
  })

  it('may begin with a byte order mark', async () =>
    expect(await find(`\uFEFF${JSON.stringify({ auths: { 'ghcr.io': ann } })}`, 'ghcr.io')).toEqual(
      basic('ann', 'secret'),
    ))

  it.each([
    [{ auth: base64('ann:se:cret') }, basic('ann', 'se:cret')],
    [{ auth: base64('ann:secret\0\0') }, basic('ann', 'secret')],
    [{ auth: base64('ann:pässword') }, basic('ann', 'pässword')],
    [{ auth: base64('ann:secret').replace(/=+$/, '') }, basic('ann', 'secret')],
    [{ auth: `${base64('ann:secret')}\n` }, basic('ann', 'secret')],
    [{ auth: `${base64('ann:secret')}\r\n\r\n` }, basic('ann', 'secret')],
    [{ auth: base64('ann:secret').replace(/.{4}/g, '$&\r\n') }, basic('ann', 'secret')],
    [{ auth: `\n${base64('ann:secret').replace('==', '=\n=')}` }, basic('ann', 'secret')],
    [{ username: 'ann', password: 'secret' }, basic('ann', 'secret')],
    [{ auth: '', username: 'ann', password: 'secret' }, basic('ann', 'secret')],
    [
      { auth: base64('ann:'), identitytoken: 'refresh' },
      { kind: 'identity', token: 'refresh' },
    ],
    [{ auth: base64('<token>:refresh') }, { kind: 'identity', token: 'refresh' }],
    [
      { registrytoken: 'bearer', identitytoken: 'refresh' },
      { kind: 'registry', token: 'bearer' },
    ],
    [{ Auth: base64('ann:secret') }, basic('ann', 'secret')],
    [{ auth: null }, undefined],
    [{}, undefined],
    [null, undefined],
  ])('reads %j', async (entry, expected) =>
    expect(await find({ auths: { 'ghcr.io': entry } }, 'ghcr.io')).toEqual(expected),
  )

  it.each([
    ['no base64', { auth: '!!!!' }, 'auths["ghcr.io"].auth is not user:password in base64'],
    ['a blank in base64', { auth: base64('ann:secret').replace(/.{4}/, '$& ') }, 'is not user:password in base64'],
    ['line ends alone', { auth: '\r\n' }, 'is not user:password in base64'],
    ['no colon', { auth: base64('annsecret') }, 'auths["ghcr.io"].auth is not user:password in base64'],
    ['no UTF-8', { auth: Buffer.from([0xff, 0x3a, 0xff]).toString('base64') }, 'is not user:password in base64'],
    ['a number', { auth: 5 }, 'auths["ghcr.io"].auth should be a string'],
    ['an array', [], 'auths["ghcr.io"] should be an object'],
    ['no user name', { password: 'CANARY' }, 'has a password but no user name'],
    [
      'a token that ends a header',
      { identitytoken: 'CANARY\r\nx: y' },
      'identitytoken has characters that are not allowed in a token',
    ],
    ['two spellings', { auth: 'CANARY', AUTH: 'x' }, 'auth is there twice'],
  ])('refuses %s, with its place and without its content', async (_what, entry, message) => {
    const error: unknown = await find({ auths: { 'ghcr.io': entry } }, 'ghcr.io').catch((reason: unknown) => reason)
    expect(error).toMatchObject({
      name: 'CredentialError',
      code: 'CREDENTIALS_INVALID',
      message: expect.stringContaining(message) as string,
      facts: { path: expect.stringContaining('config.json') as string },
    })
    expect(JSON.stringify(error)).not.toContain('CANARY')
  })

  it('is not disturbed by another host’s broken entry', async () => {
    expect(await find({ auths: { 'quay.io': { auth: '!' }, 'ghcr.io': ann } }, 'ghcr.io')).toEqual(
      basic('ann', 'secret'),
    )
  })
})

describe.each(['config.json', 'DOCKER_AUTH_CONFIG', 'auth.json'])('keys with a path, in %s,', (format) => {
  const as = (username: string): { auth: string } => ({ auth: base64(`${username}:s`) })
  /** Who is found, whatever the order of the file. */
  async function who(
    auths: Readonly<Record<string, object>>,
    host: string,
    repository?: string,
  ): Promise<string | undefined> {
    const home = await makeHome()
    const answers = new Set<string | undefined>()
    const entries = Object.entries(auths)
    for (const order of [entries, entries.toReversed()]) {
      const config = JSON.stringify({ auths: Object.fromEntries(order) })
      const file = await home.write('c.json', config)
      const source = {
        'config.json': dockerConfig({ env: home.env, file }),
        DOCKER_AUTH_CONFIG: dockerAuthConfig({ env: { ...home.env, DOCKER_AUTH_CONFIG: config } }),
        'auth.json': containersAuth({ env: home.env, files: [file] }),
      }[format]
      const found = await source?.({ host, repository })
      answers.add(found?.kind === 'basic' ? found.username : undefined)
    }
    expect(answers.size).toBe(1)
    return [...answers][0]
  }

  const auths = {
    'r.test:5000': as('host'),
    'r.test:5000/team': as('team'),
    'r.test:5000/team/app': as('app'),
    'r.test:5000/team-b': as('team-b'),
    'r.test/team': as('other port'),
    'docker.io/acme': as('acme'),
    'https://index.docker.io/v1/': as('hub'),
  }
  it.each([
    ['r.test:5000', 'team/app', 'app'],
    ['r.test:5000', 'team/app/deeper/still', 'app'],
    ['r.test:5000', 'team/application', 'team'],
    ['r.test:5000', 'team', 'team'],
    ['r.test:5000', 'team-b/x', 'team-b'],
    ['r.test:5000', 'team-c/x', 'host'],
    ['r.test:5000', 'teams', 'host'],
    ['r.test:5000', undefined, 'host'],
    ['r.test', 'team/x', 'other port'],
    ['docker.io', 'acme/app', 'acme'],
    ['docker.io', 'library/alpine', 'hub'],
    ['docker.io', undefined, 'hub'],
  ])('tell credentials of %s apart: %s is %s', async (host, repository, expected) => {
    expect(await who(auths, host, repository)).toBe(expected)
  })

  it('that are for others are nobody’s where there are several, and an empty one gives way to the next', async () => {
    const two = { 'r.test/a': as('a'), 'r.test/b': as('b') }
    expect(await who(two, 'r.test', 'c/x')).toBeUndefined()
    expect(await who(two, 'r.test')).toBeUndefined()
    expect(await who({ ...two, 'r.test/c': {}, 'r.test': as('host') }, 'r.test', 'c/x')).toBe('host')
    expect(await who({ 'r.test/a': as('a') }, 'r.test', 'c/x')).toBe(format === 'auth.json' ? undefined : 'a')
  })

  it('do not hide a host in another spelling', async () => {
    const spelled = { 'https://r.test/v2/': as('host'), 'r.test/team': as('team') }
    expect(await who(spelled, 'r.test', 'x')).toBe('host')
    expect(await who(spelled, 'r.test', 'team/x')).toBe('team')
    expect(await who({ 'http://r.test': as('plain'), 'https://r.test': as('tls') }, 'r.test', 'x')).toBe('plain')
  })
})

describe('keys with a path', () => {
  it('choose the helper too', async () => {
    const home = await makeHome()
    const says = (username: string): string => `cat >/dev/null; echo '{"Username":"${username}","Secret":"s"}'`
    await home.helper('one', says('one'))
    await home.helper('two', says('two'))
    await home.write('.docker/config.json', {
      credHelpers: { 'r.test': 'one', 'r.test/team': 'two', 'r.test/file': '' },
      auths: { 'r.test/file': { auth: base64('file:s') } },
    })
    const ask = (repository?: string): Promise<unknown> =>
      dockerConfig({ env: home.env })({ host: 'r.test', repository })
    expect(await ask('team/app')).toEqual(basic('two', 's'))
    expect(await ask('teams/app')).toEqual(basic('one', 's'))
    expect(await ask('file/app')).toEqual(basic('file', 's'))
    expect(await ask()).toEqual(basic('one', 's'))
  })

  it('of others are said to be there', async () => {
    const home = await makeHome()
    await home.write('.docker/config.json', { auths: { 'r.test/a': ann, 'r.test/b': ann } })
    expect(await dockerConfig({ env: home.env }).explain({ host: 'r.test', repository: 'c/x' })).toMatchObject([
      { outcome: 'absent', reason: 'none of the 2 entries of auths for r.test is for c/x' },
    ])
  })
})

describe('the file', () => {
  it.each([
    ['{"auths": {', 'line 1, column 12: it ends where " is expected'],
    ['{\n  "auths": []\n}', 'line 2, column 12: auths should be an object'],
    ['[]', 'line 1, column 1: the document should be an object'],
    ['{"auths":{"a":{},"a":{}}}', 'line 1, column 18: a member is there twice'],
    ['{"auths":{},"AUTHS":{}}', '.auths is there twice'],
    ['{"credsStore": ["x"]}', 'credsStore should be a string'],
    ['{} {}', 'there is more text after the end'],
    [`${'['.repeat(100)}${']'.repeat(100)}`, 'nested more than 64 deep'],
    ['{"auths":', 'it ends where a value is expected'],
  ])('says where %j is wrong', async (text, message) => {
    await expect(find(text, 'ghcr.io')).rejects.toMatchObject({
      code: 'CREDENTIALS_INVALID',
      message: expect.stringContaining(message) as string,
    })
  })

  it('that is empty says nothing', async () => expect(await find(' \n', 'ghcr.io')).toBeUndefined())

  it('has no prototype that a key could name', async () => {
    const config =
      '{"auths": {"__proto__": {"auth": "YTpi"}, "constructor": {"auth": "YTpi"}}, "credHelpers": {"__proto__": "evil"}}'
    expect(await find(config, 'ghcr.io')).toBeUndefined()
    expect(await find(config, 'toString')).toBeUndefined()
    expect(({} as Record<string, unknown>)['auth']).toBeUndefined()
  })

  it('of more than 1 MiB is refused unread', async () => {
    await expect(find(' '.repeat(1024 * 1024 + 1), 'ghcr.io')).rejects.toMatchObject({ code: 'CREDENTIALS_TOO_LARGE' })
  })

  it('that is not there is nobody, and a directory is an error', async () => {
    const home = await makeHome()
    expect(await dockerConfig({ env: home.env })({ host: 'ghcr.io' })).toBeUndefined()
    expect(
      await dockerConfig({ env: home.env, file: home.path('bin', 'x', 'config.json') })({ host: 'ghcr.io' }),
    ).toBeUndefined()
    await expect(dockerConfig({ file: home.directory })({ host: 'ghcr.io' })).rejects.toMatchObject({
      code: 'CREDENTIALS_UNREADABLE',
      facts: { path: home.directory },
    })
  })

  it('is where DOCKER_CONFIG says, and is read again each time', async () => {
    const home = await makeHome()
    const file = await home.write('elsewhere/config.json', {})
    const source = dockerConfig({ env: { ...home.env, DOCKER_CONFIG: home.path('elsewhere') } })
    expect(await source({ host: 'ghcr.io' })).toBeUndefined()
    await writeFile(file, JSON.stringify({ auths: { 'ghcr.io': ann } }))
    expect(await source({ host: 'ghcr.io' })).toEqual(basic('ann', 'secret'))
    expect(await source({ host: 'ghcr.io', rejected: basic('ann', 'secret') })).toBeUndefined()
    expect(await source({ host: 'ghcr.io', rejected: basic('ann', 'older') })).toEqual(basic('ann', 'secret'))
  })

  it('gives headers and proxies to those who ask, and no secret', async () => {
    const home = await makeHome()
    await home.write('.docker/config.json', {
      auths: { 'ghcr.io': ann },
      HttpHeaders: { 'X-Meta': 'a' },
      proxies: { default: { httpProxy: 'http://proxy:3128', noProxy: '*.test' } },
      detachKeys: 'ctrl-e',
    })
    const read = await readDockerConfig({ env: home.env })
    expect(read?.hosts).toEqual(['ghcr.io'])
    expect([...(read?.httpHeaders ?? [])]).toEqual([['X-Meta', 'a']])
    expect(read?.proxies.get('default')).toEqual({ httpProxy: 'http://proxy:3128', noProxy: '*.test' })
    expect(JSON.stringify(read)).not.toContain(ann.auth)
  })

  it('may be a whole one in DOCKER_AUTH_CONFIG', async () => {
    const env = { DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { 'ghcr.io': ann } }) }
    expect(await dockerAuthConfig({ env })({ host: 'ghcr.io' })).toEqual(basic('ann', 'secret'))
    expect(await dockerAuthConfig({ env: {} })({ host: 'ghcr.io' })).toBeUndefined()
    await expect(
      dockerAuthConfig({ env: { DOCKER_AUTH_CONFIG: '{"auths"' } })({ host: 'ghcr.io' }),
    ).rejects.toMatchObject({
      code: 'CREDENTIALS_INVALID',
      message: expect.stringMatching(/^DOCKER_AUTH_CONFIG, line 1/) as string,
    })
  })
})
