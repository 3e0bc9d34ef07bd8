import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { startDockerRegistry, type DockerRegistry } from '../../../test/support/docker-registry.ts'
import { enlarged, needs } from '../../../test/support/needs.ts'
import { endPauseProcess, podmanForThisUser } from '../../../test/support/podman.ts'
import { pathOf } from '../../../test/support/real-parts.ts'
import { start, type Ended } from './support/lading.ts'
import { buildLayout, must } from './support/real-content.ts'
import { makeUser, type User } from './support/user.ts'

// bcrypt, of `opensesame`.
const htpasswd = 'ann:$2b$04$q2Le8rKhOgXKZ4Jj7Zs3FuARt72nDt7GYnoMj8aNLDIx8sObhWg0.\n'
const password = 'opensesame'

/** Somebody for whom podman may have left a process that sleeps. */
async function makePodmanUser(): Promise<User> {
  const user = await makeUser()
  onTestFinished(() => endPauseProcess(user.path('run/libpod/tmp')))
  return user
}

const tool = (program: string, user: User, args: readonly string[], env: Record<string, string> = {}): Promise<Ended> =>
  start(args, { node: [pathOf(program)], env: { ...user.env, ...env }, input: password }).ended

describe(
  'docker-registry with htpasswd, skopeo and podman',
  needs('docker-registry', 'skopeo', 'umoci', 'busybox', 'podman', podmanForThisUser, enlarged),
  () => {
    let folder: string
    let registry: DockerRegistry
    const reference = (): string => `${registry.host}/real/app:v1`

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'lading-login-'))
      await writeFile(join(folder, 'htpasswd'), htpasswd)
      registry = await startDockerRegistry(join(folder, 'registry'), {
        extra: `auth: {htpasswd: {realm: real, path: ${join(folder, 'htpasswd')}}}`,
      })
      const layout = await buildLayout(folder, [])
      await must(pathOf('skopeo'), [
        '--insecure-policy',
        'copy',
        '-q',
        '--dest-tls-verify=false',
        '--dest-creds',
        `ann:${password}`,
        `oci:${layout}:v1`,
        `docker://${reference()}`,
      ])
    }, 120_000)

    afterAll(async () => {
      await registry?.close()
      await rm(folder, { recursive: true, force: true })
    })

    it('refuses a wrong password before anything is stored', async () => {
      const user = await makePodmanUser()
      const { code, stderr } = await user.here(['login', '-u', 'ann', '--password-stdin', registry.host], {
        input: 'wrong',
      })
      expect(stderr).toContain('401')
      expect(code).toBe(4)
      expect((await user.here(['auth', 'list', '--json'])).stdout).toBe('[]\n')
    })

    it('pulls after lading login, and skopeo reads the same file', async () => {
      const user = await makePodmanUser()
      expect((await user.here(['pull', reference()])).code).toBe(4)
      expect(
        await user.run(['login', '-u', 'ann', '--password-stdin', registry.host], { input: password }),
      ).toMatchObject({ code: 0, stdout: 'Login Succeeded\n' })
      expect(await user.run(['pull', reference()])).toMatchObject({ code: 0, stdout: `${reference()}\n` })
      const seen = await tool(
        'skopeo',
        user,
        ['inspect', '--tls-verify=false', '--format', '{{.Name}}', `docker://${reference()}`],
        { DOCKER_CONFIG: user.path('.docker') },
      )
      expect(seen).toMatchObject({ code: 0, stdout: `${registry.host}/real/app\n` })
      await user.here(['logout', registry.host])
      expect((await tool('skopeo', user, ['inspect', '--tls-verify=false', `docker://${reference()}`])).code).not.toBe(
        0,
      )
    })

    it.each(['skopeo', 'podman'])('pulls after %s login', async (program) => {
      const user = await makePodmanUser()
      const login = await tool(program, user, [
        'login',
        '--tls-verify=false',
        '-u',
        'ann',
        '--password-stdin',
        registry.host,
      ])
      expect(login).toMatchObject({ code: 0 })
      expect(await user.here(['pull', reference()])).toMatchObject({ code: 0 })
      const why = await user.here(['auth', 'why', '--check', registry.host])
      expect(why.stdout).toContain(`ann, from ${user.path('run/containers/auth.json')}; the registry accepts it`)
      expect((await tool(program, user, ['logout', registry.host])).code).toBe(0)
      expect((await user.here(['pull', '-a', reference().replace(':v1', '')])).code).toBe(4)
    })

    it('shares the file that REGISTRY_AUTH_FILE names: each reads, keeps and removes what the other wrote', async () => {
      const user = await makePodmanUser()
      const env = { REGISTRY_AUTH_FILE: await user.write('auth.json', '{"auths":{"quay.io/acme":{"auth":"eDp5"}}}') }
      expect(
        (await user.here(['login', '-u', 'ann', '--password-stdin', registry.host], { input: password, env })).code,
      ).toBe(0)
      expect(await tool('podman', user, ['login', '--get-login', registry.host], env)).toMatchObject({
        code: 0,
        stdout: 'ann\n',
      })
      expect((await tool('skopeo', user, ['inspect', '--tls-verify=false', `docker://${reference()}`], env)).code).toBe(
        0,
      )
      expect((await tool('podman', user, ['logout', registry.host], env)).code).toBe(0)
      expect((await user.here(['auth', 'why', registry.host], { env })).stdout).toContain(`${registry.host}: nobody`)
      expect(
        (
          await tool(
            'podman',
            user,
            ['login', '--tls-verify=false', '-u', 'ann', '--password-stdin', registry.host],
            env,
          )
        ).code,
      ).toBe(0)
      expect((await user.here(['logout', registry.host], { env })).stdout).toBe(
        `Removing login credentials for ${registry.host}\n`,
      )
      expect((await tool('podman', user, ['login', '--get-login', registry.host], env)).code).not.toBe(0)
      expect(JSON.parse(await readFile(env.REGISTRY_AUTH_FILE, 'utf8'))).toEqual({
        auths: { 'quay.io/acme': { auth: 'eDp5' } },
      })
    })
  },
)
