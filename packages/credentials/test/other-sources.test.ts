import { chmod } from 'node:fs/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isRoot } from '../../../test/support/needs.ts'
import { authVariable, containersAuth, environmentAuth, netrc, registryHost } from '../src/index.ts'
import { containersAuthFiles, isGuessed } from '../src/source/places.ts'
import { base64, basic, makeHome, podmanFile } from './support/home.ts'

/** Root may read everything; so may this process, until it is nobody for a while. */
async function asNobody<Result>(work: () => Promise<Result>): Promise<Result> {
  if (!isRoot) return work()
  process.seteuid?.('nobody')
  try {
    return await work()
  } finally {
    process.seteuid?.(0)
  }
}

const entry = (username: string): { auth: string } => ({ auth: base64(`${username}:s`) })

describe('containers’ auth.json', () => {
  const auths = {
    'quay.io': entry('host'),
    'quay.io/acme': entry('acme'),
    'quay.io/acme/app': entry('app'),
    'docker.io/library': entry('library'),
    'index.docker.io': entry('hub'),
    'https://old.test/v1/': entry('old'),
  }

  it.each([
    ['quay.io', 'acme/app', 'app'],
    ['quay.io', 'acme/app/deeper', 'app'],
    ['quay.io', 'acme/application', 'acme'],
    ['quay.io', 'acme-corp/app', 'host'],
    ['quay.io', undefined, 'host'],
    ['docker.io', 'library/alpine', 'library'],
    ['docker.io', 'acme/app', 'hub'],
    ['old.test', 'x', 'old'],
  ])('%s with %s is %s: the longest path counts', async (host, repository, username) => {
    const home = await makeHome()
    await home.write(podmanFile, { auths })
    expect(await containersAuth({ env: home.env })({ host, repository })).toEqual(basic(username, 's'))
  })

  it('is looked for in the runtime directory, then in the configuration; or where REGISTRY_AUTH_FILE says and nowhere else', async () => {
    const home = await makeHome()
    const ask = (env = home.env): Promise<unknown> => containersAuth({ env })({ host: 'ghcr.io' })
    await home.write('xdg/containers/auth.json', { auths: { 'ghcr.io': entry('config') } })
    expect(await ask()).toEqual(basic('config', 's'))
    await home.write(podmanFile, { auths: { 'ghcr.io': entry('run') } })
    expect(await ask()).toEqual(basic('run', 's'))
    expect(await ask({ ...home.env, REGISTRY_AUTH_FILE: home.path('named.json') })).toBeUndefined()
    await home.write('named.json', { auths: { 'ghcr.io': entry('named') } })
    expect(await ask({ ...home.env, REGISTRY_AUTH_FILE: home.path('named.json') })).toEqual(basic('named', 's'))
  })

  it('counts as absent, with a warning, where nobody named it and this user may not read it', async () => {
    const home = await makeHome()
    const file = await home.write('somebody/auth.json', { auths })
    await home.write('xdg/containers/auth.json', { auths: { 'quay.io': entry('ours') } })
    await chmod(home.directory, 0o755)
    await chmod(home.path('somebody'), 0)
    const warnings: string[] = []
    const files = [file, home.path('xdg/containers/auth.json')]
    await chmod(home.path('xdg/containers/auth.json'), 0o644)
    const source = containersAuth({ files, guessed: (each) => each === file, onWarning: (line) => warnings.push(line) })
    await asNobody(async () => {
      expect(await source({ host: 'quay.io' })).toEqual(basic('ours', 's'))
      expect((await source.explain({ host: 'quay.io' })).map(({ outcome }) => outcome)).toEqual(['absent', 'used'])
      await expect(containersAuth({ files, guessed: () => false })({ host: 'quay.io' })).rejects.toMatchObject({
        code: 'CREDENTIALS_UNREADABLE',
      })
    })
    // Its owner, too, must be able to remove it.
    await chmod(home.path('somebody'), 0o700)
    expect(warnings).toEqual([expect.stringContaining(file)])
    expect(isGuessed(`/run/containers/${process.getuid?.()}/auth.json`)).toBe(true)
    expect(containersAuthFiles({ HOME: '/h', XDG_RUNTIME_DIR: '/r' }).some(isGuessed)).toBe(false)
  })

  it('asks credHelpers before auths, and auths for what they do not know; a missing one is an error', async () => {
    const home = await makeHome()
    await home.helper('keeper')
    await home.write(podmanFile, {
      credHelpers: { 'ghcr.io': 'keeper', 'quay.io': 'gone' },
      credsStore: 'gone',
      auths: { 'ghcr.io': entry('file'), 'x.test': entry('x') },
    })
    expect(await containersAuth({ env: home.env })({ host: 'ghcr.io' })).toEqual(basic('file', 's'))
    expect(await containersAuth({ env: home.env })({ host: 'x.test' })).toEqual(basic('x', 's'))
    await expect(containersAuth({ env: home.env })({ host: 'quay.io' })).rejects.toMatchObject({
      code: 'HELPER_MISSING',
    })
  })
})

describe('LADING_AUTH_<HOST>', () => {
  it.each([
    ['ghcr.io', 'LADING_AUTH_GHCR_IO'],
    ['docker.io', 'LADING_AUTH_DOCKER_IO'],
    ['index.docker.io', 'LADING_AUTH_DOCKER_IO'],
    ['my-registry.example.com:5000', 'LADING_AUTH_MY__REGISTRY_EXAMPLE_COM___5000'],
    ['xn--bcher-kva.test', 'LADING_AUTH_XN____BCHER__KVA_TEST'],
    ['[::1]:5000', undefined],
  ])('of %s is %s', (host, name) => expect(authVariable(host)).toBe(name))

  it('is never that of two hosts', () => {
    const unit = fc.constantFrom('a', 'b', '0')
    const label = fc
      .tuple(unit, fc.string({ unit: fc.constantFrom('a', '0', '-'), maxLength: 5 }), unit)
      .map((parts) => parts.join(''))
    const host = fc
      .tuple(fc.array(label, { minLength: 1, maxLength: 3 }), fc.option(fc.constantFrom('0', '00', '5000')))
      .map(([labels, port]) => labels.join('.') + (port === null ? '' : `:${port}`))
    fc.assert(
      fc.property(host, host, (one, other) => {
        expect(authVariable(one) === authVariable(other)).toBe(one === other)
      }),
    )
  })

  it.each([
    ['ann:se:cret', basic('ann', 'se:cret')],
    ['<token>:refresh', { kind: 'identity', token: 'refresh' }],
    ['Bearer abc.def', { kind: 'registry', token: 'abc.def' }],
    ['', undefined],
  ])('reads %j', async (value, expected) =>
    expect(await environmentAuth({ env: { LADING_AUTH_GHCR_IO: value } })({ host: 'ghcr.io' })).toEqual(expected),
  )

  it.each(['CANARY', ':CANARY', 'CANARY:', 'Bearer CANARY\r\n'])('refuses %j and does not repeat it', async (value) => {
    const error: unknown = await environmentAuth({ env: { LADING_AUTH_GHCR_IO: value } })({ host: 'ghcr.io' }).catch(
      (reason: unknown) => reason,
    )
    expect(error).toMatchObject({ code: 'CREDENTIALS_INVALID' })
    expect(JSON.stringify(error)).not.toContain('CANARY')
  })
})

describe('netrc', () => {
  const ask = async (text: string, host = 'ghcr.io'): Promise<unknown> => {
    const home = await makeHome()
    await home.write('.netrc', text)
    return netrc({ env: home.env })({ host })
  }

  it.each([
    ['machine ghcr.io login ann password s'],
    ['machine other login x password y\nmachine ghcr.io\n  login ann\n  account z\n  password s'],
    ['# a comment\nmachine GHCR.io login "ann" password "s" # no comment here\n'.replace(' # no comment here', '')],
    ['machine ghcr.io protocol https login ann password s port 443'],
    ['macdef init\nmachine ghcr.io login evil password evil\n\nmachine ghcr.io login ann password s'],
  ])('reads %j', async (text) => expect(await ask(text)).toEqual(basic('ann', 's')))

  it('reads quoted words with escapes', async () =>
    expect(await ask('machine ghcr.io login ann password "a \\"b\\" \\\\"')).toEqual(basic('ann', 'a "b" \\')))

  it.each([
    ['the default entry', 'default login ann password s', 'ghcr.io'],
    ['a machine of another port', 'machine localhost login ann password s', 'localhost:5000'],
    ['a machine without a password', 'machine ghcr.io login ann', 'ghcr.io'],
  ])('does not use %s', async (_what, text, host) => expect(await ask(text, host)).toBeUndefined())

  it.each(['machine', 'login ann', 'machine ghcr.io password "CANARY'])('refuses %j by its line', async (text) => {
    const error: unknown = await ask(`\n${text}`).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'CREDENTIALS_INVALID', message: expect.stringContaining('line 2') as string })
    expect(JSON.stringify(error)).not.toContain('CANARY')
  })

  it('is where NETRC says, and others’ permission to read it is noted', async () => {
    const home = await makeHome()
    const file = await home.write('mine', 'machine ghcr.io login ann password s')
    await chmod(file, 0o644)
    const [finding] = await netrc({ env: { ...home.env, NETRC: file } }).explain({ host: 'ghcr.io' })
    expect(finding).toEqual({
      source: 'netrc',
      place: file,
      outcome: 'used',
      kind: 'basic',
      username: 'ann',
      reason: 'machine ghcr.io; other users can read the file (mode 0644)',
    })
  })
})

describe('registryHost', () => {
  it.each([
    ['https://index.docker.io/v1/', 'docker.io'],
    ['docker.io', 'docker.io'],
    ['GHCR.io/', 'ghcr.io'],
    ['http://localhost:5000/v2/', 'localhost:5000'],
    ['[::1]:5000', '[::1]:5000'],
  ])('of %s is %s', (text, host) => expect(registryHost(text)).toBe(host))

  it.each([
    '',
    '-x',
    'a b',
    'a\nb',
    'user:CANARY@ghcr.io',
    'ghcr.io/acme/app',
    'a..b',
    'ghcr.io:99999',
    'https://',
    '../x',
  ])('refuses %j', (text) => {
    expect(() => registryHost(text)).toThrow(
      expect.objectContaining({
        code: 'CREDENTIAL_HOST_INVALID',
        message: expect.not.stringContaining('CANARY') as string,
      }) as Error,
    )
  })
})
