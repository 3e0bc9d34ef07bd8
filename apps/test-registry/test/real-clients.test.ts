import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { missing } from '../../../test/support/real-parts.ts'
import { image, index, startTestRegistry, type AuthOptions, type TestRegistry } from '../src/index.ts'

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

const app = image('t/app:1').layer({ 'etc/': '', 'etc/motd': 'hello\n' }).randomLayer(300_000).layer({ 'etc/': '', 'etc/zstd': 'no' }, { compression: 'none' })
const multi = index('t/multi:1').add(app).add(app.platform('linux/arm64').layer({ arm: 'yes' }))

const kinds: readonly AuthOptions[] = [{ kind: 'none' }, { kind: 'basic', username: 'alice', password: 'secret' }, { kind: 'bearer', username: 'alice', password: 'secret', identityToken: 'refresh' }, { kind: 'bearer', anonymous: 'everything' }, { kind: 'several', schemes: [{ kind: 'bearer', username: 'alice', password: 'secret' }, { kind: 'basic', username: 'alice', password: 'secret' }] }]

describe.skipIf(missing('skopeo'))('skopeo', () => {
  test.each(kinds.map((auth) => [`${auth.kind} ${'username' in auth ? 'with a user' : 'without'}`, auth] as const))('copies in, out and across, inspects, lists, deletes: %s', async (_, auth) => {
    registry = await startTestRegistry({ auth, images: [app, multi] })
    const creds = 'username' in auth || auth.kind === 'several' ? ['alice:secret'] : []
    const from = ['--src-tls-verify=false', ...creds.flatMap((text) => ['--src-creds', text])]
    const to = ['--dest-tls-verify=false', ...creds.flatMap((text) => ['--dest-creds', text])]
    const one = ['--tls-verify=false', ...creds.flatMap((text) => ['--creds', text])]
    const skopeo = async (...args: readonly string[]): Promise<string> => (await run('skopeo', ['--insecure-policy', ...args], { env: { ...process.env, REGISTRY_AUTH_FILE: join(directory, 'none.json') } })).stdout
    const at = `docker://${registry.host}`

    await skopeo('copy', ...from, `${at}/t/app:1`, `oci:${directory}/out:x`)
    await skopeo('copy', ...to, `oci:${directory}/out:x`, `${at}/back/app:2`)
    expect(registry.repository('back/app').tags()).toEqual({ 2: app.build().digest })

    await skopeo('copy', '--all', ...from, ...to, `${at}/t/multi:1`, `${at}/back/multi:1`)
    expect(registry.repository('back/multi').tags()).toEqual({ 1: multi.build().digest })
    expect(registry.repository('back/multi').manifests()).toHaveLength(3)

    expect(JSON.parse(await skopeo('inspect', ...one, `${at}/back/app:2`))).toMatchObject({ Digest: app.build().digest, Os: 'linux' })
    expect(JSON.parse(await skopeo('list-tags', ...one, `${at}/back/app`))).toMatchObject({ Tags: ['2'] })
    await skopeo('delete', ...one, `${at}/back/app:2`)
    expect(registry.repository('back/app').tags()).toEqual({})
    expect(registry.journal.entries.flatMap(({ status }) => (status === undefined || status >= 500 ? [status] : []))).toEqual([])
  })
})

describe.skipIf(missing('skopeo', 'umoci'))('umoci', () => {
  test('unpacks what skopeo copied out', async () => {
    registry = await startTestRegistry({ images: [app] })
    await run('skopeo', ['--insecure-policy', 'copy', '--src-tls-verify=false', `docker://${registry.host}/t/app:1`, `oci:${directory}/out:x`])
    await run('umoci', ['unpack', '--rootless', '--image', `${directory}/out:x`, join(directory, 'bundle')])
    expect(await readFile(join(directory, 'bundle/rootfs/etc/motd'), 'utf8')).toBe('hello\n')
  })
})
