import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { lstat, readFile, readdir, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { dockerConfig, eraseCredential, listCredentials, renewCredential, storeCredential } from '../src/index.ts'
import { rewriteFile } from '../src/store/rewrite-file.ts'
import { base64, basic, makeHome, podmanFile } from './support/home.ts'

const ann = basic('ann', 'secret')

describe('storing', () => {
  it('writes a new file as docker writes it, with mode 0600', async () => {
    const home = await makeHome()
    const file = home.path('.docker/config.json')
    expect(await storeCredential('https://index.docker.io/v1/', ann, { env: home.env })).toEqual({ kind: 'file', file })
    await storeCredential('ghcr.io', { kind: 'identity', token: 'refresh' }, { env: home.env })
    expect(await readFile(file, 'utf8')).toBe(
      `{\n\t"auths": {\n\t\t"https://index.docker.io/v1/": {\n\t\t\t"auth": "${base64('ann:secret')}"\n\t\t},\n\t\t"ghcr.io": {\n\t\t\t"auth": "${base64('<token>:')}",\n\t\t\t"identitytoken": "refresh"\n\t\t}\n\t}\n}\n`,
    )
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect((await stat(home.path('.docker'))).mode & 0o777).toBe(0o700)
    expect(await readdir(home.path('.docker'))).toEqual(['config.json'])
    const read = dockerConfig({ env: home.env })
    expect(await read({ host: 'docker.io' })).toEqual(ann)
    expect(await read({ host: 'ghcr.io' })).toEqual({ kind: 'identity', token: 'refresh' })
  })

  it('leaves every other member as it is written, behind a symbolic link too', async () => {
    const home = await makeHome()
    const before =
      '{\r\n  "detachKeys" : "ctrl-e",  "big": 123456789012345678901234567890,\r\n  "auths": { "quay.io": {"auth": "eDp5"} },\r\n  "escaped": "\\u00e9\\/"\r\n}\r\n'
    const real = await home.write('dotfiles/docker.json', before)
    await home.write('.docker/x', '')
    await symlink(real, home.path('.docker/config.json'))
    await storeCredential('ghcr.io', ann, { env: home.env })
    expect((await lstat(home.path('.docker/config.json'))).isSymbolicLink()).toBe(true)
    expect(await readFile(real, 'utf8')).toBe(
      before.replace('"eDp5"}', `"eDp5"},\r\n    "ghcr.io": {\r\n      "auth": "${base64('ann:secret')}"\r\n    }`),
    )
    expect(await eraseCredential('ghcr.io', { env: home.env })).toEqual({
      helper: undefined,
      file: home.path('.docker/config.json'),
      keys: ['ghcr.io'],
    })
    expect(await readFile(real, 'utf8')).toBe(before)
  })

  it.each([
    [
      '{"AUTHS":null,"auths":{"x.test":{}}}',
      '{"AUTHS":null,"auths":{"x.test":{},"ghcr.io":{"auth":"YW5uOnNlY3JldA=="}}}',
    ],
    ['{"AUTHS":{"x.test":{}}}', '{"AUTHS":{"x.test":{},"ghcr.io":{"auth":"YW5uOnNlY3JldA=="}}}'],
    ['{"auths":null}', '{"auths":{"ghcr.io":{"auth":"YW5uOnNlY3JldA=="}}}'],
    ['{}', '{\n\t"auths": {\n\t\t"ghcr.io": {\n\t\t\t"auth": "YW5uOnNlY3JldA=="\n\t\t}\n\t}\n}'],
    ['', '{\n\t"auths": {\n\t\t"ghcr.io": {\n\t\t\t"auth": "YW5uOnNlY3JldA=="\n\t\t}\n\t}\n}\n'],
  ])('into %j makes %j, which is read again', async (before, after) => {
    const home = await makeHome()
    const file = await home.write('.docker/config.json', before)
    await storeCredential('ghcr.io', ann, { env: home.env })
    expect(await readFile(file, 'utf8')).toBe(after)
    expect(await dockerConfig({ env: home.env })({ host: 'ghcr.io' })).toEqual(ann)
    expect(await eraseCredential('ghcr.io', { env: home.env })).toMatchObject({ keys: ['ghcr.io'] })
    expect(await dockerConfig({ env: home.env })({ host: 'ghcr.io' })).toBeUndefined()
  })

  it('goes to the helper, and leaves no secret in the file', async () => {
    const home = await makeHome()
    await home.helper('keeper')
    const file = await home.write('.docker/config.json', {
      credsStore: 'keeper',
      auths: { 'ghcr.io': { auth: base64('old:CANARY') } },
    })
    expect(await storeCredential('ghcr.io', basic('ann', 'CANARY'), { env: home.env })).toEqual({
      kind: 'helper',
      helper: 'keeper',
    })
    expect(await readFile(file, 'utf8')).toBe('{"credsStore":"keeper","auths":{"ghcr.io":{}}}')
    expect(await dockerConfig({ env: home.env })({ host: 'ghcr.io' })).toEqual(basic('ann', 'CANARY'))
    expect(await eraseCredential('ghcr.io', { env: home.env })).toMatchObject({ helper: 'keeper', keys: ['ghcr.io'] })
    expect(await dockerConfig({ env: home.env })({ host: 'ghcr.io' })).toBeUndefined()
  })

  it('with a helper that is missing stores nothing', async () => {
    const home = await makeHome()
    const file = await home.write('.docker/config.json', { credsStore: 'gone' })
    await expect(storeCredential('ghcr.io', ann, { env: home.env })).rejects.toMatchObject({ code: 'HELPER_MISSING' })
    expect(await readFile(file, 'utf8')).toBe('{"credsStore":"gone"}')
  })

  it('does not touch a file that it does not understand', async () => {
    const home = await makeHome()
    const file = await home.write('.docker/config.json', '{"auths": {')
    await expect(storeCredential('ghcr.io', ann, { env: home.env })).rejects.toMatchObject({
      code: 'CREDENTIALS_INVALID',
    })
    expect(await readFile(file, 'utf8')).toBe('{"auths": {')
  })

  it('of a place where nothing can be written says so', async () => {
    const home = await makeHome()
    await home.write('.docker', 'a file')
    await expect(storeCredential('ghcr.io', ann, { env: home.env })).rejects.toMatchObject({
      code: 'CREDENTIALS_NOT_WRITTEN',
    })
  })

  it('goes where REGISTRY_AUTH_FILE says, by containers’ keys', async () => {
    const home = await makeHome()
    const env = { ...home.env, REGISTRY_AUTH_FILE: home.path('auth.json') }
    await storeCredential('index.docker.io', ann, { env })
    expect(JSON.parse(await readFile(home.path('auth.json'), 'utf8'))).toEqual({
      auths: { 'docker.io': { auth: base64('ann:secret') } },
    })
  })

  it('by many processes at once loses nobody', async () => {
    const home = await makeHome()
    await home.write('.docker/config.json', { detachKeys: 'ctrl-e' })
    const source = fileURLToPath(new URL('../src/index.ts', import.meta.url))
    const script = `import { storeCredential } from ${JSON.stringify(source)}
      const name = process.argv[1]
      for (const n of [1, 2, 3, 4]) await storeCredential(\`\${name}\${n}.test\`, { kind: 'basic', username: name, password: 's' })`
    const names = ['a', 'b', 'c', 'd']
    await Promise.all(
      names.map((name) =>
        promisify(execFile)(
          process.execPath,
          ['--conditions=@lading/source', '--input-type=module-typescript', '--eval', script, name],
          { env: { ...home.env }, cwd: fileURLToPath(new URL('..', import.meta.url)) },
        ),
      ),
    )
    const { auths, detachKeys } = JSON.parse(await readFile(home.path('.docker/config.json'), 'utf8')) as {
      auths: object
      detachKeys: string
    }
    expect(Object.keys(auths).toSorted()).toEqual(names.flatMap((name) => [1, 2, 3, 4].map((n) => `${name}${n}.test`)))
    expect(detachKeys).toBe('ctrl-e')
    expect(await readdir(home.path('.docker'))).toEqual(['config.json'])
  })

  it('keeps what a program that knows no lock wrote in between', async () => {
    const home = await makeHome()
    const file = await home.write('config.json', 'a')
    const seen: string[] = []
    await rewriteFile(file, (text) => {
      if (seen.push(text) === 1) writeFileSync(file, 'b')
      return `${text}!`
    })
    expect(seen).toEqual(['a', 'b'])
    expect(await readFile(file, 'utf8')).toBe('b!')
    await expect(rewriteFile(file, (text) => (writeFileSync(file, `${text}?`), `${text}!`))).rejects.toMatchObject({
      code: 'CREDENTIALS_LOCKED',
    })
    expect(await readdir(home.directory)).toEqual(['bin', 'config.json', 'kept'])
  })

  it('is not held up by a lock whose owner is gone', async () => {
    const home = await makeHome()
    const lock = await home.write('.docker/config.json.lock', 'not ours')
    await utimes(lock, 1, 1)
    await storeCredential('ghcr.io', ann, { env: home.env })
    expect(await readdir(home.path('.docker'))).toEqual(['config.json'])
  })

  it('waits for a lock until the signal', async () => {
    const home = await makeHome()
    const lock = await home.write('.docker/config.json.lock', JSON.stringify({ pid: process.pid, host: 'elsewhere' }))
    const reason = new Error('enough')
    await expect(
      storeCredential('ghcr.io', ann, { env: home.env, signal: AbortSignal.any([AbortSignal.timeout(100)]) }),
    ).rejects.toMatchObject({ name: 'TimeoutError' })
    await expect(storeCredential('ghcr.io', ann, { env: home.env, signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    )
    expect(await readFile(lock, 'utf8')).toContain('elsewhere')
  })
})

describe('forgetting', () => {
  it('takes every spelling of the host, and only those', async () => {
    const home = await makeHome()
    const entry = { auth: base64('a:b') }
    const file = await home.write('.docker/config.json', {
      auths: { 'https://ghcr.io/v1/': entry, 'x.test': entry, 'ghcr.io': entry, 'y.test': entry },
    })
    expect(await eraseCredential('ghcr.io', { env: home.env })).toMatchObject({
      keys: ['ghcr.io', 'https://ghcr.io/v1/'],
    })
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ auths: { 'x.test': entry, 'y.test': entry } })
    expect(await eraseCredential('ghcr.io', { env: home.env })).toMatchObject({ keys: [] })
  })

  it('leaves what is for a part of the host, and takes a URL of it', async () => {
    const home = await makeHome()
    const entry = { auth: base64('a:b') }
    const file = await home.write('.docker/config.json', {
      auths: { 'ghcr.io/acme': entry, 'ghcr.io': entry, 'https://ghcr.io/old/api': entry },
    })
    expect(await eraseCredential('ghcr.io', { env: home.env })).toMatchObject({
      keys: ['ghcr.io', 'https://ghcr.io/old/api'],
    })
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ auths: { 'ghcr.io/acme': entry } })
  })

  it('has nothing to do without a file, or with an empty one', async () => {
    const home = await makeHome()
    expect(await eraseCredential('ghcr.io', { env: home.env })).toMatchObject({ keys: [] })
    await writeFile(await home.write('.docker/config.json', ''), '')
    expect(await eraseCredential('ghcr.io', { env: home.env })).toMatchObject({ keys: [] })
  })
})

describe('listing', () => {
  it('names everybody in files and helpers, without secrets; what cannot be read hides no other', async () => {
    const home = await makeHome()
    await home.helper('keeper')
    await home.helper('broken', 'echo locked; exit 1')
    const docker = await home.write('.docker/config.json', {
      auths: {
        'https://index.docker.io/v1/': { auth: base64('hub:CANARY') },
        'quay.io': {},
        'bad.test': { auth: '!' },
      },
      credHelpers: { 'ghcr.io': 'keeper', 'x.test': 'broken' },
    })
    await storeCredential('ghcr.io', basic('ann', 'CANARY'), { env: home.env })
    const containers = await home.write(podmanFile, {
      auths: { 'quay.io/acme': { identitytoken: 'CANARY' } },
    })
    const netrc = await home.write('.netrc', 'machine n.test login net password CANARY')
    const known = await listCredentials({ env: home.env })
    expect(
      known.map(({ registry, place, kind, username, error }) => [registry, place, kind, username, error?.code]),
    ).toEqual(
      [
        ['', docker, undefined, undefined, 'CREDENTIALS_INVALID'],
        ['ghcr.io', 'docker-credential-keeper', 'basic', 'ann', undefined],
        ['', 'docker-credential-broken', undefined, undefined, 'HELPER_FAILED'],
        ['docker.io', docker, 'basic', 'hub', undefined],
        ['quay.io/acme', containers, 'identity', undefined, undefined],
        ['n.test', netrc, 'basic', 'net', undefined],
      ].toSorted(
        (one, other) =>
          known.findIndex(({ place, registry }) => place === one[1] && registry === one[0]) -
          known.findIndex(({ place, registry }) => place === other[1] && registry === other[0]),
      ),
    )
    expect(JSON.stringify(known)).not.toContain('CANARY')
  })
})

describe('renewing', () => {
  const old = { kind: 'identity', token: 'old' } as const
  const next = { kind: 'identity', token: 'next' } as const

  it('puts the new token where the old one is kept, however the host is written, and nothing else', async () => {
    const home = await makeHome()
    const file = await home.write(
      '.docker/config.json',
      '{"auths":{"https://ghcr.io/":{"identitytoken":"old"},"quay.io":{"identitytoken":"old"}},"x":1}',
    )
    expect(await renewCredential('ghcr.io', { previous: old, renewed: next }, { env: home.env })).toEqual({
      kind: 'file',
      file,
    })
    expect(await dockerConfig({ env: home.env })({ host: 'ghcr.io' })).toEqual(next)
    expect(await dockerConfig({ env: home.env })({ host: 'quay.io' })).toEqual(old)
    expect(await readFile(file, 'utf8')).toContain('"x":1')
  })

  it.each([
    ['somebody logged in since', '{"auths":{"ghcr.io":{"identitytoken":"newer"}}}'],
    ['somebody logged out since', '{"auths":{}}'],
    ['it came from elsewhere', '{"auths":{"ghcr.io":{"auth":"YW5uOnNlY3JldA=="}}}'],
    ['the file is empty', ''],
  ])('changes nothing when %s', async (_why, text) => {
    const home = await makeHome()
    const file = await home.write('.docker/config.json', text)
    expect(await renewCredential('ghcr.io', { previous: old, renewed: next }, { env: home.env })).toBeUndefined()
    expect(await readFile(file, 'utf8')).toBe(text)
  })

  it('goes to the helper, which is asked first', async () => {
    const home = await makeHome()
    await home.helper('keeper')
    await home.write('.docker/config.json', { credHelpers: { 'ghcr.io': 'keeper' } })
    await storeCredential('ghcr.io', old, { env: home.env })
    const renew = (): Promise<unknown> =>
      renewCredential('ghcr.io', { previous: old, renewed: next }, { env: home.env })
    expect(await renew()).toEqual({ kind: 'helper', helper: 'keeper' })
    expect(await dockerConfig({ env: home.env })({ host: 'ghcr.io' })).toEqual(next)
    expect(await renew()).toBeUndefined()
  })

  it('changes nothing where there is no file', async () => {
    const home = await makeHome()
    expect(await renewCredential('ghcr.io', { previous: old, renewed: next }, { env: home.env })).toBeUndefined()
    expect(await readdir(home.path('.'))).not.toContain('.docker')
  })
})
