import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { chmod, readFile, writeFile } from 'node:fs/promises'
import { describe, expect, it, vi } from 'vitest'
import {
  containersAuth,
  createCredentialHelper,
  dockerConfig,
  eraseCredential,
  listCredentials,
  storeCredential,
} from '../src/index.ts'
import { basic, makeHome, type Home } from './support/home.ts'

const said = (text: string, code = 0): string => `cat >/dev/null\ncat <<'END'\n${text}\nEND\nexit ${code}`

async function withScript(script: string): Promise<Home> {
  const home = await makeHome()
  await home.helper('x', script)
  return home
}

describe('a credential helper', () => {
  it('keeps, gives, lists and forgets', async () => {
    const home = await makeHome()
    await home.helper('keeper')
    const helper = createCredentialHelper('keeper', { env: home.env })
    expect(await helper.get('ghcr.io')).toBeUndefined()
    await helper.store('ghcr.io', basic('ann', 'secret'))
    await helper.store('quay.io', { kind: 'identity', token: 'refresh' })
    expect(await helper.get('ghcr.io')).toEqual(basic('ann', 'secret'))
    expect(await helper.get('quay.io')).toEqual({ kind: 'identity', token: 'refresh' })
    expect([...(await helper.list())]).toEqual([
      ['ghcr.io', 'ann'],
      ['quay.io', '<token>'],
    ])
    await helper.erase('ghcr.io')
    await helper.erase('ghcr.io')
    expect(await helper.get('ghcr.io')).toBeUndefined()
  })

  it('gets its question on standard input and nothing on the command line', async () => {
    const home = await withScript('printf "%s|" "$#" "$@" >"$KEPT/asked"; cat >>"$KEPT/asked"; echo "{}"')
    expect(await createCredentialHelper('x', { env: home.env }).get('-h; $(touch $KEPT/pwned) `x`')).toBeUndefined()
    expect(await readFile(home.path('kept', 'asked'), 'utf8')).toBe('1|get|-h; $(touch $KEPT/pwned) `x`')
  })

  it('may answer without reading its question', async () => {
    const home = await withScript('exec 0<&-; echo \'{"Username":"ann","Secret":"s"}\'')
    const server = 'x'.repeat(1_000_000)
    expect(await createCredentialHelper('x', { env: home.env }).get(server)).toEqual(basic('ann', 's'))
  })

  it.each(['desktop.exe', 'wincred.exe', 'ECR.Login', 'gcr-2.0_x', '9', 'a..b', 'x'.repeat(64)])(
    'may be named %j',
    async (name) => {
      const home = await makeHome()
      await home.helper(name, said('{"ServerURL":"ghcr.io","Username":"ann","Secret":"s"}'))
      expect(await createCredentialHelper(name, { env: home.env }).get('ghcr.io')).toEqual(basic('ann', 's'))
    },
  )

  it('may answer as a program of Windows does, with its line ends', async () => {
    const home = await makeHome()
    await home.helper('desktop.exe', `cat >/dev/null; printf '{"Username":"ann",\\r\\n"Secret":"s"}\\r\\n'`)
    await home.helper('wincred.exe', `cat >/dev/null; printf 'credentials not found in native keychain\\r\\n'; exit 1`)
    const ask = (name: string): Promise<unknown> => createCredentialHelper(name, { env: home.env }).get('ghcr.io')
    expect(await ask('desktop.exe')).toEqual(basic('ann', 's'))
    expect(await ask('wincred.exe')).toBeUndefined()
  })

  it.each(['x.bat', 'x.CMD', 'x.exe.cmd'])(
    '%j is a batch file, and is not run even where it is there',
    async (name) => {
      const home = await makeHome()
      await home.helper(name, 'touch "$KEPT/run"; echo "{}"')
      await expect(createCredentialHelper(name, { env: home.env }).get('ghcr.io')).rejects.toMatchObject({
        code: 'HELPER_NAME_INVALID',
      })
      await expect(readFile(home.path('kept', 'run'))).rejects.toMatchObject({ code: 'ENOENT' })
    },
  )

  it.each([
    '../../evil',
    '/bin/sh',
    'x; rm',
    '-h',
    '',
    '.',
    '..',
    '.x',
    'a b',
    'a\nb',
    'a\\b',
    'x/../y',
    'é',
    'x'.repeat(65),
  ])('has a name, and %j is none', async (name) => {
    const home = await makeHome()
    await expect(createCredentialHelper(name, { env: home.env }).get('ghcr.io')).rejects.toMatchObject({
      code: 'HELPER_NAME_INVALID',
    })
  })

  it.each([
    ['../evil', 'HELPER_NAME_INVALID'],
    ['x.bat', 'HELPER_NAME_INVALID'],
    ['gone', 'HELPER_MISSING'],
  ])('says which file names it: %s', async (name, code) => {
    const home = await makeHome()
    const docker = await home.write('.docker/config.json', { credsStore: name })
    const { env } = home
    const told = (path: string): object => ({
      code,
      message: expect.stringContaining(`${path} names it`) as string,
      facts: { path },
    })
    const ann = basic('ann', 's')
    await expect(dockerConfig({ env })({ host: 'ghcr.io' })).rejects.toMatchObject(told(docker))
    await expect(storeCredential('ghcr.io', ann, { env })).rejects.toMatchObject(told(docker))
    await expect(eraseCredential('ghcr.io', { env })).rejects.toMatchObject(told(docker))
    expect((await listCredentials({ env })).map(({ error }) => error)).toMatchObject([told(docker)])
    const named = await home.write('auth.json', { credHelpers: { 'ghcr.io': name } })
    const containers = containersAuth({ env: { ...env, REGISTRY_AUTH_FILE: named } })
    await expect(containers({ host: 'ghcr.io' })).rejects.toMatchObject(told(named))
  })

  it('that is missing is an error (CVE-2021-41092)', async () => {
    const home = await makeHome()
    await home.write('bin/docker-credential-flat', '#!/bin/sh\n')
    for (const name of ['gone', 'flat']) {
      await expect(createCredentialHelper(name, { env: home.env }).get('ghcr.io')).rejects.toMatchObject({
        code: 'HELPER_MISSING',
        message: `the credential helper docker-credential-${name} is configured, but not on PATH`,
      })
    }
  })

  it('is not found in the working directory (CVE-2025-15558)', async () => {
    const home = await withScript(said('{"Username":"evil","Secret":"evil"}'))
    const before = process.cwd()
    process.chdir(home.path('bin'))
    try {
      for (const PATH of ['', '.', ':', './', 'relative:'])
        await expect(createCredentialHelper('x', { env: { PATH } }).get('ghcr.io')).rejects.toMatchObject({
          code: 'HELPER_MISSING',
        })
    } finally {
      process.chdir(before)
    }
  })

  it.each([
    ['HTML', '<html>CANARY</html>'],
    ['a list', '["CANARY"]'],
    ['numbers', '{"Username":"ann","Secret":5}'],
    ['half a pair', '{"Username":"","Secret":"CANARY"}'],
    ['a user name with a colon', '{"Username":"a:b","Secret":"CANARY"}'],
    ['a member twice', '{"Username":"a","Secret":"CANARY","Secret":"x"}'],
    ['nothing', ''],
  ])('that answers %s is refused without a word of it', async (_what, answer) => {
    const home = await withScript(said(answer))
    const error: unknown = await createCredentialHelper('x', { env: home.env })
      .get('ghcr.io')
      .catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'HELPER_ANSWER_INVALID' })
    expect(String(error)).not.toContain('CANARY')
  })

  it.each(['null', '{}', '{"Username":null,"Secret":null}'])(
    'that answers %s has nothing, as in Go',
    async (answer) => {
      const helper = createCredentialHelper('x', { env: (await withScript(said(answer))).env })
      expect(await helper.get('ghcr.io')).toBeUndefined()
    },
  )

  it('that lists null, or null for a user, is read as in Go', async () => {
    const listing = async (answer: string): Promise<unknown[]> => [
      ...(await createCredentialHelper('x', { env: (await withScript(said(answer))).env }).list()),
    ]
    expect(await listing('null')).toEqual([])
    expect(await listing('{"ghcr.io":null}')).toEqual([['ghcr.io', '']])
  })

  it('that needs no server in its answer, says more than it was asked and grumbles is understood', async () => {
    const home = await withScript(
      `cat >/dev/null; echo 'update available' >&2; echo '{"Username":"ann","Secret":"s","Expiry":null}'`,
    )
    expect(await createCredentialHelper('x', { env: home.env }).get('ghcr.io')).toEqual(basic('ann', 's'))
  })

  it('that fails says why, escaped, and the secret it was given is masked', async () => {
    const home = await withScript('echo "locked: \u001b[31m $(cat)"; exit 1')
    const helper = createCredentialHelper('x', { env: home.env })
    await expect(helper.get('ghcr.io')).rejects.toMatchObject({
      code: 'HELPER_FAILED',
      message: 'the credential helper x failed to get: locked: \\x1b[31m ghcr.io',
    })
    const error: unknown = await helper.store('ghcr.io', basic('ann', 'CANARY')).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'HELPER_FAILED' })
    expect(String(error)).not.toContain('CANARY')
  })

  it('that cannot store is not taken for one that has nothing', async () => {
    const home = await withScript(said('credentials not found in native keychain', 1))
    const helper = createCredentialHelper('x', { env: home.env })
    await expect(helper.store('ghcr.io', basic('a', 'b'))).rejects.toMatchObject({ code: 'HELPER_FAILED' })
    expect(await helper.get('ghcr.io')).toBeUndefined()
    expect([...(await helper.list())]).toEqual([])
  })

  it('that says too much is ended', async () => {
    const home = await withScript('cat >/dev/null; yes')
    await expect(createCredentialHelper('x', { env: home.env, maxBytes: 10_000 }).get('ghcr.io')).rejects.toMatchObject(
      { code: 'HELPER_ANSWER_INVALID', message: 'the credential helper x answers with more than 10000 bytes' },
    )
  })

  it('that hangs is ended', async () => {
    const home = await withScript('sleep 1000')
    await expect(createCredentialHelper('x', { env: home.env, timeoutMs: 20 }).get('ghcr.io')).rejects.toMatchObject({
      code: 'HELPER_TIMEOUT',
    })
  })

  it('is ended by the signal together with what it started; the reason comes out unchanged', async () => {
    const home = await withScript('sleep 1000 & echo $! >"$KEPT/new" && mv "$KEPT/new" "$KEPT/pid"; wait')
    const controller = new AbortController()
    const reason = new Error('enough')
    const asked = createCredentialHelper('x', { env: home.env }).get('ghcr.io', { signal: controller.signal })
    const pid = await vi.waitFor(() => readFile(home.path('kept', 'pid'), 'utf8'), { timeout: 20_000 })
    expect(isRunning(Number(pid))).toBe(true)
    controller.abort(reason)
    await expect(asked).rejects.toBe(reason)
    await vi.waitFor(() => expect(isRunning(Number(pid))).toBe(false), { timeout: 20_000 })
  })

  it('that is no program for this machine is an error', async () => {
    const home = await makeHome()
    await writeFile(home.path('bin', 'docker-credential-x'), Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 0, 0, 0, 0))
    await chmod(home.path('bin', 'docker-credential-x'), 0o755)
    await expect(createCredentialHelper('x', { env: home.env }).get('ghcr.io')).rejects.toMatchObject({
      code: 'HELPER_FAILED',
    })
  })

  it('is not asked for hosts with a line end', async () => {
    const home = await withScript(said('{}'))
    await expect(createCredentialHelper('x', { env: home.env }).get('ghcr.io\nevil')).rejects.toMatchObject({
      code: 'CREDENTIAL_HOST_INVALID',
    })
  })
})

describe('helpers in docker’s config.json', () => {
  const records = 'printf "%s " "$1" "$(cat)" >>"$KEPT/asked"; echo \'{"Username":"ann","Secret":"s"}\''

  it('are asked by docker’s key, and one for the host before the one for all', async () => {
    const home = await makeHome()
    await home.helper('all', `printf all: >>"$KEPT/asked"; ${records}`)
    await home.helper('one', `printf one: >>"$KEPT/asked"; ${records}`)
    await home.write('.docker/config.json', {
      credsStore: 'all',
      credHelpers: { 'ghcr.io': 'one', 'quay.io': '' },
      auths: { 'quay.io': { auth: 'Ym9iOnM=' } },
    })
    const source = dockerConfig({ env: home.env })
    expect(await source({ host: 'quay.io' })).toEqual(basic('bob', 's'))
    for (const host of ['docker.io', 'ghcr.io', 'localhost:5000'])
      expect(await source({ host })).toEqual(basic('ann', 's'))
    expect(await readFile(home.path('kept', 'asked'), 'utf8')).toBe(
      'all:get https://index.docker.io/v1/ one:get ghcr.io all:get localhost:5000 ',
    )
  })

  it('decide alone: what they do not know or cannot say is not looked for in the file', async () => {
    const home = await makeHome()
    await home.helper('empty', said('credentials not found in native keychain', 1))
    const auths = { 'ghcr.io': { auth: 'YW5uOnM=' } }
    const file = await home.write('.docker/config.json', { auths, credsStore: 'empty' })
    expect(await dockerConfig({ env: home.env })({ host: 'ghcr.io' })).toBeUndefined()
    await writeFile(file, JSON.stringify({ auths, credsStore: 'gone' }))
    await expect(dockerConfig({ env: home.env })({ host: 'ghcr.io' })).rejects.toMatchObject({ code: 'HELPER_MISSING' })
  })
})

/** A zombie that nobody has waited for yet does not run. */
function isRunning(pid: number): boolean {
  if (process.platform === 'linux') {
    try {
      return !readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z ')
    } catch {
      return false
    }
  }
  const { status, stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })
  return status === 0 && !stdout.startsWith('Z')
}
