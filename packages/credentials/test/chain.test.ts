import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { chain, credentialsFromEnv, type CredentialProvider } from '../src/index.ts'
import { base64, basic, makeHome, podmanFile } from './support/home.ts'

const entry = (username: string): { auth: string } => ({ auth: base64(`${username}:CANARY`) })

describe('every place there is', () => {
  it('in their order: the call, variables, the named file, docker’s, containers’, netrc', async () => {
    const home = await makeHome()
    const named = await home.write('named.json', { auths: { 'ghcr.io': entry('named') } })
    await home.write('.netrc', 'machine ghcr.io login netrc password CANARY')
    await home.write(podmanFile, { auths: { 'ghcr.io': entry('containers') } })
    await home.write('.docker/config.json', { auths: { 'ghcr.io': entry('docker') } })
    const env: Record<string, string | undefined> = {
      ...home.env,
      LADING_AUTH_GHCR_IO: 'variable:CANARY',
      DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { 'ghcr.io': entry('DOCKER_AUTH_CONFIG') } }),
      REGISTRY_AUTH_FILE: named,
    }
    const who = async (first?: CredentialProvider): Promise<unknown> =>
      ((await credentialsFromEnv({ env, first })({ host: 'ghcr.io' })) as { username: string } | undefined)?.username
    expect(await who(() => Promise.resolve(basic('call', 'x')))).toBe('call')
    expect(await who(() => Promise.resolve(undefined))).toBe('variable')
    delete env['LADING_AUTH_GHCR_IO']
    expect(await who()).toBe('DOCKER_AUTH_CONFIG')
    delete env['DOCKER_AUTH_CONFIG']
    expect(await who()).toBe('named')
    delete env['REGISTRY_AUTH_FILE']
    expect(await who()).toBe('docker')
    await home.write('.docker/config.json', {})
    expect(await who()).toBe('containers')
    await home.write(podmanFile, {})
    expect(await who()).toBe('netrc')
    await home.write('.netrc', '')
    expect(await who()).toBeUndefined()
  })

  it('is explained place by place, with who won and what it hides, and without a secret', async () => {
    const home = await makeHome()
    await home.helper('keeper')
    const docker = await home.write('.docker/config.json', { auths: { 'https://ghcr.io/v1/': entry('docker') } })
    const containers = await home.write(podmanFile, {
      auths: { 'ghcr.io/acme': entry('containers') },
      credHelpers: { 'ghcr.io': 'keeper' },
    })
    await home.write('.netrc', 'machine ghcr.io login netrc password CANARY')
    const findings = await credentialsFromEnv({ env: home.env }).explain({ host: 'ghcr.io', repository: 'acme/app' })
    expect(findings).toEqual([
      { source: 'environment', place: 'LADING_AUTH_GHCR_IO', outcome: 'absent', reason: 'the variable is not set' },
      {
        source: 'DOCKER_AUTH_CONFIG',
        place: 'DOCKER_AUTH_CONFIG',
        outcome: 'absent',
        reason: 'the variable is not set',
      },
      {
        source: 'docker',
        place: docker,
        outcome: 'used',
        reason: 'auths["https://ghcr.io/v1/"] is about ghcr.io',
        kind: 'basic',
        username: 'docker',
      },
      {
        source: 'containers',
        place: 'docker-credential-keeper',
        outcome: 'unasked',
        reason: `credHelpers["ghcr.io"] in ${containers} names it; an earlier place was used`,
      },
      {
        source: 'containers',
        place: home.path('xdg/containers/auth.json'),
        outcome: 'absent',
        reason: 'the file does not exist',
      },
      {
        source: 'netrc',
        place: home.path('.netrc'),
        outcome: 'shadowed',
        reason: 'machine ghcr.io',
        kind: 'basic',
        username: 'netrc',
      },
    ])
    expect(inspect(findings, { depth: 9 })).not.toMatch(/CANARY|Q0FOQVJZ/)
  })

  it('ends at what fails: nobody is taken for somebody else (CVE-2021-41092)', async () => {
    const home = await makeHome()
    await home.write('.docker/config.json', { credsStore: 'gone' })
    await home.write('.netrc', 'machine ghcr.io login netrc password CANARY')
    const credentials = credentialsFromEnv({ env: home.env })
    await expect(credentials({ host: 'ghcr.io' })).rejects.toMatchObject({ code: 'HELPER_MISSING' })
    const findings = await credentials.explain({ host: 'ghcr.io' })
    expect(
      findings.filter(({ outcome }) => outcome !== 'absent').map(({ place, outcome }) => [place, outcome]),
    ).toEqual([
      ['docker-credential-gone', 'failed'],
      [home.path('.netrc'), 'shadowed'],
    ])
    expect(findings.find(({ error }) => error !== undefined)).toMatchObject({
      source: 'docker',
      reason: `credsStore in ${home.path('.docker/config.json')} names it: the credential helper docker-credential-gone is configured, but not on PATH`,
      error: { code: 'HELPER_MISSING' },
    })
    await home.write('.docker/config.json', '{')
    expect((await credentials.explain({ host: 'ghcr.io' })).find(({ error }) => error !== undefined)).toMatchObject({
      source: 'docker',
      place: home.path('.docker/config.json'),
      outcome: 'failed',
      error: { code: 'CREDENTIALS_INVALID' },
    })
  })
})

describe('chain', () => {
  const asks: string[] = []
  const named = (name: string, answer: ReturnType<typeof basic> | undefined): CredentialProvider =>
    Object.defineProperty(
      () => {
        asks.push(name)
        return Promise.resolve(answer)
      },
      'name',
      { value: name },
    )

  it('asks until one knows, and follows a refused credential by no other', async () => {
    const credentials = chain(named('one', undefined), named('two', basic('b', 's')), named('three', basic('c', 's')))
    expect(await credentials({ host: 'x.test' })).toEqual(basic('b', 's'))
    expect(await credentials({ host: 'x.test', rejected: basic('b', 's') })).toBeUndefined()
    expect(asks).toEqual(['one', 'two', 'one', 'two'])
  })

  it('explains providers that cannot explain themselves', async () => {
    expect(
      await chain(
        named('one', undefined),
        chain(named('two', basic('b', 's'))),
        named('three', basic('c', 's')),
      ).explain({ host: 'x.test' }),
    ).toEqual([
      { source: 'provider', place: 'one', outcome: 'absent', reason: 'it has no entry for x.test' },
      {
        source: 'provider',
        place: 'two',
        outcome: 'used',
        reason: 'it is the first place with an entry for this host',
        kind: 'basic',
        username: 'b',
      },
      { source: 'provider', place: 'three', outcome: 'unasked', reason: 'an earlier place was used' },
    ])
  })

  it('rejects with the reason of the signal', async () => {
    const home = await makeHome()
    const reason = new Error('enough')
    await expect(
      credentialsFromEnv({ env: home.env })({ host: 'x.test' }, { signal: AbortSignal.abort(reason) }),
    ).rejects.toBe(reason)
    await expect(
      credentialsFromEnv({ env: home.env }).explain({ host: 'x.test' }, { signal: AbortSignal.abort(reason) }),
    ).rejects.toBe(reason)
  })
})
