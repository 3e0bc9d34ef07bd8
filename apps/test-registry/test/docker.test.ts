import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startDockerd, type Dockerd } from '../../../test/support/dockerd.ts'
import { enlarged, mounting, needs, root } from '../../../test/support/needs.ts'
import { atScale } from '../../../test/support/scale.ts'
import {
  image,
  profiles,
  startTestRegistry,
  type AuthOptions,
  type ImageBuilder,
  type TestRegistry,
} from '../src/index.ts'
import { waysIn } from './support/ways-in.ts'

// docker keeps what it has pulled: each test has an image of its own.
const appFor = (title: string): ImageBuilder =>
  image('t/app:1').layer({ 'etc/': '', 'etc/motd': title }).randomLayer(30_000, { seed: title.length })

// A second each.
const ways = atScale(
  waysIn.filter(({ title }) => ['basic', 'bearer', 'bearer, an identity token'].includes(title)),
  waysIn,
)
const registries = atScale([profiles.google, profiles.nexus], Object.values(profiles))

describe('docker', needs('dockerd', 'docker', root, mounting, enlarged), () => {
  let directory: string
  let docker: Dockerd
  let registry: TestRegistry

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'dockerd-'))
    docker = await startDockerd(directory)
  }, 30_000)
  afterAll(async () => {
    await docker?.close()
    await rm(directory, { recursive: true })
  }, 30_000)
  afterEach(() => registry.close())

  /** Standard output of a command that must succeed. */
  async function must(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await docker.docker(args)
    if (code !== 0) throw new Error(`docker ${args.join(' ')}: ${stderr}`)
    return stdout
  }
  const login = (password: string, username = 'alice'): ReturnType<Dockerd['docker']> =>
    docker.docker(['login', '--username', username, '--password-stdin', registry.host], { input: password })
  /** What a login to the registry left. */
  async function identityToken(): Promise<string | undefined> {
    const text = await readFile(join(directory, 'config/config.json'), 'utf8').catch(() => '{}')
    const { auths } = JSON.parse(text) as { auths?: Record<string, { identitytoken?: string }> }
    return auths?.[registry.host]?.identitytoken
  }

  test.each(ways.map((way) => [way.title, way] as const))(
    'logs in, pulls, pushes with mounts, looks at the manifest: %s',
    async (title, way) => {
      const app = appFor(title)
      registry = await startTestRegistry({ auth: way.auth, images: [app] })
      const passwords = (way.user ?? way.identityToken) === undefined ? [] : ['guess', 'secret']
      const logins: string[] = []
      for (const password of passwords) logins.push(Object.values(await login(password)).join('\n'))
      expect(logins).toEqual(
        passwords.map(
          (password) => expect.stringMatching(password === 'secret' ? /Login Succeeded/ : /unauthorized/i) as string,
        ),
      )
      expect(await identityToken()).toBe(way.identityToken)
      await must('pull', `${registry.host}/t/app:1`)
      const config = app.build().config.digest
      expect(await must('images', '--quiet', '--no-trunc', `${registry.host}/t/app`)).toBe(`${config}\n`)
      registry.journal.assertFetchedOnce(app.build().layers[0]!.digest)

      await must('tag', `${registry.host}/t/app:1`, `${registry.host}/back/app:2`)
      expect((await must('push', `${registry.host}/back/app:2`)).match(/: Mounted from t\/app$/gm)).toHaveLength(2)
      const seen = JSON.parse(await must('manifest', 'inspect', '--insecure', `${registry.host}/back/app:2`)) as unknown
      expect(seen).toMatchObject({ config: { digest: config }, layers: [{}, {}] })
      const pushed = new TextDecoder().decode(registry.repository('back/app').manifest('2')?.bytes)
      expect(JSON.parse(pushed)).toMatchObject(seen as object)
      expect(
        registry.journal.entries.flatMap(({ status }) => (status === undefined || status >= 500 ? [status] : [])),
      ).toEqual([])
      await must('logout', registry.host)
    },
  )

  test.each(registries.map((profile) => [profile.name, profile] as const))(
    'pulls from and pushes to a registry like %s',
    async (name, profile) => {
      const app = appFor(name)
      registry = await startTestRegistry({ profile, images: [app] })
      registry.repository('back/app').create()
      const { username, password } = { ...(profile.auth as AuthOptions & { username?: string; password?: string }) }
      const user = username === undefined ? [] : [await login(password ?? '', username)]
      expect(user.map(({ code }) => code)).toEqual(username === undefined ? [] : [0])
      await must('pull', `${registry.host}/t/app:1`)
      await must('tag', `${registry.host}/t/app:1`, `${registry.host}/back/app:2`)
      await must('push', `${registry.host}/back/app:2`)
      expect(Object.keys(registry.repository('back/app').tags())).toEqual(['2'])
      await must('logout', registry.host)
    },
  )

  test('pushes layer by layer where it has no repository to mount from', async () => {
    const app = appFor('no mount')
    registry = await startTestRegistry({ images: [app], quirks: { mounts: 'none' } })
    await must('pull', `${registry.host}/t/app:1`)
    await must('tag', `${registry.host}/t/app:1`, `${registry.host}/back/app:2`)
    expect((await must('push', `${registry.host}/back/app:2`)).match(/: Pushed$/gm)).toHaveLength(2)
    await must('rmi', `${registry.host}/back/app:2`, `${registry.host}/t/app:1`)
    await must('pull', `${registry.host}/back/app:2`)
    expect(await must('images', '--quiet', '--no-trunc', `${registry.host}/back/app`)).toBe(
      `${app.build().config.digest}\n`,
    )
  })
})
