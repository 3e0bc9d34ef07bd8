import { once } from 'node:events'
import { cp, mkdir, readFile, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { image, startTestRegistry } from '@lading/test-registry'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startCeph } from '../../../test/support/ceph.ts'
import { ceph, enlarged, needs } from '../../../test/support/needs.ts'
import { dist, lading, start } from './support/lading.ts'
import { runHere } from './support/run-here.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

describe('a store on object storage', () => {
  it.each([
    ['s3://'],
    ['s3://Bucket/x'],
    ['s3:bucket'],
    ['s3://bucket/x?endpoint=gateway'],
    ['s3://bucket/x?region=a'],
  ])('is written as one, and %s is not', async (root) => {
    const { code, stderr } = await runHere(['images', '--root', root])
    expect(code).toBe(2)
    expect(stderr).toContain('s3://BUCKET/PREFIX[?endpoint=URL&endpoint=URL…]')
  })

  it('needs a package that lading does without, and says which', async () => {
    const { code, stderr } = await lading(['images', '--root', 's3://bucket/images'])
    expect(code).toBe(1)
    expect(stderr).toContain('needs @aws-sdk/client-s3, which is not installed')
    expect(stderr).toContain('npm install @aws-sdk/client-s3')
  })

  it('is what --check-store is for', async () => {
    const { code, stderr } = await runHere(['serve', '--check-store'])
    expect(code).toBe(2)
    expect(stderr).toContain('this one is in files')
  })
})

describe('a store on Ceph', needs(enlarged, ...ceph), () => {
  it('takes every command, and is shared by servers', async () => {
    const folder = await temporaryDirectory()
    const engine = await startCeph(folder)
    onTestFinished(() => engine.close())
    const registry = await startTestRegistry({
      images: [image('t/app:1').layer({ a: 'hello' }).randomLayer(5_000_000)],
    })
    onTestFinished(() => registry.close())
    const { endpoints, credentials } = engine
    const sdk = createRequire(import.meta.url).resolve('@aws-sdk/client-s3/package.json')
    const { CreateBucketCommand, S3Client } = await import('@aws-sdk/client-s3')
    const client = new S3Client({
      endpoint: endpoints[0] ?? '',
      credentials,
      region: 'us-east-1',
      forcePathStyle: true,
    })
    await client.send(new CreateBucketCommand({ Bucket: 'images' }))
    client.destroy()
    // As npm installs both.
    const bin = join(folder, 'installed/dist/bin.js')
    await cp(dist, dirname(bin), { recursive: true })
    await mkdir(join(folder, 'installed/node_modules/@aws-sdk'), { recursive: true })
    await symlink(dirname(sdk), join(folder, 'installed/node_modules/@aws-sdk/client-s3'))
    const env = {
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_EC2_METADATA_DISABLED: 'true',
      LADING_ROOT: `s3://images/team?${endpoints.map((each) => `endpoint=${each}`).join('&')}`,
    }
    const node = [process.execPath, bin]
    const does = async (...args: readonly string[]): Promise<string> => {
      const { code, stdout, stderr } = await lading(args, { env, node })
      expect({ args, code, stderr: code === 0 ? '' : stderr }).toEqual({ args, code: 0, stderr: '' })
      return stdout
    }
    const name = `${registry.host}/t/app:1`
    expect(await does('images', '-q')).toBe('')
    expect(await does('serve', '--check-store')).toContain('can hold a store')
    await does('pull', '-q', name)
    await does('pull', '-q', name)
    expect(await does('cat', name, '/a')).toBe('hello')
    await does('tag', name, 'other:2')
    await does('unpack', '--rootless', name, join(folder, 'tree'))
    expect(await readFile(join(folder, 'tree/a'), 'utf8')).toBe('hello')
    await does('save', '-o', join(folder, 'app.tar'), name)
    await does('load', '-i', join(folder, 'app.tar'))
    await does('copy', '-q', `store:${name}`, `oci:${join(folder, 'layout')}`)
    await does('copy', '-q', `oci:${join(folder, 'layout')}`, 'store:third:1')
    expect(await does('check')).toContain('nothing is wrong')
    await does('rmi', 'other:2', 'third:1')
    expect(await does('images')).not.toContain('other')
    await does('prune')

    // Two servers, and what one of them brought the other one has.
    const before = registry.journal.requests({ kind: 'blob', method: 'GET' }).length
    for (const each of [1, 2]) {
      const serving = start(['serve', '--listen', `127.0.0.1:0`, '--upstream', registry.host, '--access-log', 'none'], {
        env,
        node,
      })
      let said = ''
      serving.child.stderr?.on('data', (text: string) => (said += text))
      await serving.said(/^lading: lading pull /m)
      const [, host = ''] = /^Serving at http:\/\/(\S+)$/m.exec(said) ?? []
      await does('pull', '-q', `${host}/t/app:1`, '--root', join(folder, `client-${each}`))
      serving.child.kill()
      await once(serving.child, 'close')
    }
    expect(registry.journal.requests({ kind: 'blob', method: 'GET' })).toHaveLength(before)
  })

  it('says in one sentence what is wrong with the engine, and takes it for no registry’s error', async () => {
    const folder = await temporaryDirectory()
    const engine = await startCeph(folder, { gateways: 1 })
    onTestFinished(() => engine.close())
    const sdk = createRequire(import.meta.url).resolve('@aws-sdk/client-s3/package.json')
    const bin = join(folder, 'installed/dist/bin.js')
    await cp(dist, dirname(bin), { recursive: true })
    await mkdir(join(folder, 'installed/node_modules/@aws-sdk'), { recursive: true })
    await symlink(dirname(sdk), join(folder, 'installed/node_modules/@aws-sdk/client-s3'))
    const root = `s3://absent/x?endpoint=${engine.endpoints[0]}`
    const known = { AWS_ACCESS_KEY_ID: 'AKIDTEST', AWS_SECRET_ACCESS_KEY: 'SECRETTEST' }
    for (const [env, sentence] of [
      [known, 'the bucket does not exist'],
      [{ ...known, AWS_SECRET_ACCESS_KEY: 'wrong-secret' }, 'does not accept these credentials'],
      [
        {
          AWS_ACCESS_KEY_ID: '',
          AWS_PROFILE: 'nobody',
          AWS_CONFIG_FILE: '/dev/null',
          AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
        },
        'there are no credentials',
      ],
    ] as const) {
      const { code, stderr } = await lading(['images', '--root', root], {
        env: { AWS_EC2_METADATA_DISABLED: 'true', ...env },
        node: [process.execPath, bin],
      })
      expect({ code, stderr }).toEqual({ code: 7, stderr: expect.stringContaining(sentence) })
      expect(stderr).not.toContain('wrong-secret')
    }
  })
})
