import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { enlarged, needs } from '../../../test/support/needs.ts'
import { podmanForThisUser, removePodman, runPodman } from '../../../test/support/podman.ts'
import { image, startTestRegistry, type TestRegistry } from '../src/index.ts'
import { waysIn, writeAuthFile, writeCertificates } from './support/ways-in.ts'

const app = image('t/app:1').layer({ 'etc/': '', 'etc/motd': 'hello\n' }).randomLayer(300_000)

describe('podman', needs(enlarged, 'podman', podmanForThisUser), () => {
  let directory: string
  let registry: TestRegistry

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'podman-'))
  })
  afterEach(async () => {
    await registry.close()
    await removePodman(directory)
  })

  const podman = (...args: readonly string[]): Promise<string> => runPodman(directory, args)

  test.each(waysIn.map((way) => [way.title, way] as const))('pulls and pushes: %s', async (_, way) => {
    registry = await startTestRegistry({ auth: way.auth, images: [app] })
    const who = ['--quiet', '--tls-verify=false', '--authfile', await writeAuthFile(directory, registry.host, way)]

    const id = await podman('pull', ...who, `${registry.host}/t/app:1`)
    expect(`sha256:${id.trim()}`).toBe(app.build().config.digest)
    expect(await podman('images', '--digests', '--no-trunc')).toContain(app.build().digest)

    await podman('push', ...who, id.trim(), `${registry.host}/back/app:2`)
    const pushed = registry.repository('back/app').manifest('2')
    expect(JSON.parse(new TextDecoder().decode(pushed?.bytes))).toMatchObject({
      config: { digest: app.build().config.digest },
    })
    expect(
      registry.journal.entries.flatMap(({ status }) => (status === undefined || status >= 500 ? [status] : [])),
    ).toEqual([])
  })

  test('pulls and pushes by https with a client certificate', async () => {
    registry = await startTestRegistry({ tls: true, auth: { kind: 'certificate' }, images: [app] })
    const who = ['--quiet', '--cert-dir', await writeCertificates(directory, registry)]
    const id = (await podman('pull', ...who, `${registry.host}/t/app:1`)).trim()
    await podman('push', ...who, id, `${registry.host}/back/app:2`)
    expect(Object.keys(registry.repository('back/app').tags())).toEqual(['2'])
  })

  test('logs in with the right password alone', async () => {
    registry = await startTestRegistry({ auth: { kind: 'bearer', username: 'alice', password: 'secret' } })
    const login = (password: string): Promise<string> =>
      podman(
        'login',
        '--tls-verify=false',
        '--authfile',
        join(directory, 'auth.json'),
        '--username',
        'alice',
        '--password',
        password,
        registry.host,
      )
    await expect(login('guess')).rejects.toThrow('invalid username/password')
    expect(await login('secret')).toContain('Login Succeeded')
  })
})
