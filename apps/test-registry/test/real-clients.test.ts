import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { enlarged, needs } from '../../../test/support/needs.ts'
import { atScale } from '../../../test/support/scale.ts'
import { image, index, profiles, startTestRegistry, type AuthOptions, type TestRegistry } from '../src/index.ts'
import { waysIn, writeAuthFile, writeCertificates } from './support/ways-in.ts'

const run = promisify(execFile)
let directory: string
let registry: TestRegistry

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'real-clients-'))
})
afterEach(async () => {
  await registry.close()
  await rm(directory, { recursive: true })
})

const app = image('t/app:1')
  .layer({ 'etc/': '', 'etc/motd': 'hello\n' })
  .randomLayer(300_000)
  .layer({ 'etc/': '', 'etc/zstd': 'no' }, { compression: 'none' })
const multi = index('t/multi:1')
  .add(app)
  .add(app.platform('linux/arm64').layer({ arm: 'yes' }))

/** Every nth in the ordinary run: a way in is tried by one of the programs, and what a profile differs in by other tests. */
const some = <T>(all: readonly T[], nth: number, first: number): readonly T[] =>
  all.filter((_, at) => atScale(at % nth === first, true))

describe('skopeo', needs('skopeo', enlarged), () => {
  test.each(some(waysIn, 2, 1).map((way) => [way.title, way] as const))(
    'copies in, out and across, inspects, lists, deletes: %s',
    async (_, way) => {
      registry = await startTestRegistry({ auth: way.auth, images: [app, multi] })
      const from = ['--src-tls-verify=false']
      const to = ['--dest-tls-verify=false']
      const one = ['--tls-verify=false']
      const REGISTRY_AUTH_FILE = await writeAuthFile(directory, registry.host, way)
      const skopeo = async (...args: readonly string[]): Promise<string> =>
        (await run('skopeo', ['--insecure-policy', ...args], { env: { ...process.env, REGISTRY_AUTH_FILE } })).stdout
      const at = `docker://${registry.host}`

      await skopeo('copy', ...from, `${at}/t/app:1`, `oci:${directory}/out:x`)
      await skopeo('copy', ...to, `oci:${directory}/out:x`, `${at}/back/app:2`)
      expect(registry.repository('back/app').tags()).toEqual({ 2: app.build().digest })

      await skopeo('copy', '--all', ...from, ...to, `${at}/t/multi:1`, `${at}/back/multi:1`)
      expect(registry.repository('back/multi').tags()).toEqual({ 1: multi.build().digest })
      expect(registry.repository('back/multi').manifests()).toHaveLength(3)

      expect(JSON.parse(await skopeo('inspect', ...one, `${at}/back/app:2`))).toMatchObject({
        Digest: app.build().digest,
        Os: 'linux',
      })
      expect(JSON.parse(await skopeo('list-tags', ...one, `${at}/back/app`))).toMatchObject({ Tags: ['2'] })
      await skopeo('delete', ...one, `${at}/back/app:2`)
      expect(registry.repository('back/app').tags()).toEqual({})
      expect(
        registry.journal.entries.flatMap(({ status }) => (status === undefined || status >= 500 ? [status] : [])),
      ).toEqual([])
    },
  )

  test('copies out and in by https with a client certificate', async () => {
    registry = await startTestRegistry({ tls: true, auth: { kind: 'certificate' }, images: [app] })
    const certificates = await writeCertificates(directory, registry)
    await run('skopeo', [
      '--insecure-policy',
      'copy',
      '--src-cert-dir',
      certificates,
      `docker://${registry.host}/t/app:1`,
      `oci:${directory}/out:x`,
    ])
    await run('skopeo', [
      '--insecure-policy',
      'copy',
      '--dest-cert-dir',
      certificates,
      `oci:${directory}/out:x`,
      `docker://${registry.host}/back/app:2`,
    ])
    expect(Object.keys(registry.repository('back/app').tags())).toEqual(['2'])
    await rm(join(certificates, 'client.cert'))
    await rm(join(certificates, 'client.key'))
    await expect(
      run('skopeo', ['--insecure-policy', 'inspect', '--cert-dir', certificates, `docker://${registry.host}/t/app:1`]),
    ).rejects.toThrow('403 (Forbidden)')
  })

  test.each(some(Object.values(profiles), 3, 0).map((profile) => [profile.name, profile] as const))(
    'copies out of and into a registry like %s',
    async (_, profile) => {
      registry = await startTestRegistry({ profile, images: [app] })
      registry.repository('back/app').create()
      const { username } = { ...(profile.auth as AuthOptions & { username?: string }) }
      const user = username === undefined ? undefined : `${username}:password`
      const REGISTRY_AUTH_FILE = await writeAuthFile(directory, registry.host, { user })
      const skopeo = (...args: readonly string[]): Promise<unknown> =>
        run('skopeo', ['--insecure-policy', ...args], { env: { ...process.env, REGISTRY_AUTH_FILE } })
      await skopeo('copy', '--src-tls-verify=false', `docker://${registry.host}/t/app:1`, `oci:${directory}/out:x`)
      await skopeo('copy', '--dest-tls-verify=false', `oci:${directory}/out:x`, `docker://${registry.host}/back/app:2`)
      expect(Object.keys(registry.repository('back/app').tags())).toEqual(['2'])
    },
  )
})

describe('umoci', needs('skopeo', 'umoci', enlarged), () => {
  test.each(some(waysIn, 2, 0).map((way) => [way.title, way] as const))(
    'its layouts are served from a directory: %s',
    async (_, way) => {
      const layout = join(directory, 'served/team/app')
      await mkdir(join(directory, 'served/team'), { recursive: true })
      await mkdir(join(directory, 'files'))
      await writeFile(join(directory, 'files/motd'), 'by umoci\n')
      await run('umoci', ['init', '--layout', layout])
      await run('umoci', ['new', '--image', `${layout}:1`])
      await run('umoci', ['insert', '--rootless', '--image', `${layout}:1`, join(directory, 'files'), '/etc'])
      await run('umoci', ['config', '--image', `${layout}:1`, '--config.cmd', '/bin/sh'])

      registry = await startTestRegistry({ auth: way.auth, storage: { directory: join(directory, 'served') } })
      expect(registry.repositories()).toEqual(['team/app'])
      const REGISTRY_AUTH_FILE = await writeAuthFile(directory, registry.host, way)
      await run(
        'skopeo',
        [
          '--insecure-policy',
          'copy',
          '--src-tls-verify=false',
          `docker://${registry.host}/team/app:1`,
          `oci:${directory}/out:x`,
        ],
        { env: { ...process.env, REGISTRY_AUTH_FILE } },
      )
      await run('umoci', ['unpack', '--rootless', '--image', `${directory}/out:x`, join(directory, 'bundle')])
      expect(await readFile(join(directory, 'bundle/rootfs/etc/motd'), 'utf8')).toBe('by umoci\n')
    },
  )

  test('unpacks what skopeo copied out', async () => {
    registry = await startTestRegistry({ images: [app] })
    await run('skopeo', [
      '--insecure-policy',
      'copy',
      '--src-tls-verify=false',
      `docker://${registry.host}/t/app:1`,
      `oci:${directory}/out:x`,
    ])
    await run('umoci', ['unpack', '--rootless', '--image', `${directory}/out:x`, join(directory, 'bundle')])
    expect(await readFile(join(directory, 'bundle/rootfs/etc/motd'), 'utf8')).toBe('hello\n')
  })
})
