import { mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { assertCanUnpack, unpack, type RuntimeConfig, type UnpackEvent, type UnpackImageOptions } from '@lading/rootfs'
import type { ContainerConfig } from '@lading/manifest'
import { describe, expect, it } from 'vitest'
import { archive } from '../../../tar/test/support/build.ts'
import { needs, root } from '../../../../test/support/needs.ts'
import { directory, file, symlink } from '../hostile/row.ts'
import { scratch, treeOf } from '../support/unpacked.ts'
import { imageOf } from '../support/image-of.ts'

const isRoot = process.geteuid?.() === 0

interface Made {
  readonly path: string
  readonly config: RuntimeConfig
  readonly warnings: readonly string[]
}

async function bundle(
  layers: readonly Uint8Array[],
  config: ContainerConfig = {},
  options: UnpackImageOptions = {},
): Promise<Made> {
  const path = join(scratch(), 'b')
  const events: UnpackEvent[] = []
  await unpack(imageOf(layers, config), path, {
    bundle: true,
    rootless: !isRoot,
    onEvent: (event) => events.push(event),
    ...options,
  })
  return {
    path,
    config: JSON.parse(readFileSync(join(path, 'config.json'), 'utf8')) as RuntimeConfig,
    warnings: events.flatMap((event) => (event.type === 'warning' ? [`${event.code} ${event.message}`] : [])),
  }
}

const passwd = file('etc/passwd', 'root:x:0:0::/root:/bin/sh\nweb:x:33:34::/srv:/bin/sh\n')

describe('a bundle', () => {
  it('has the tree in rootfs, its config beside it, and a record beside the bundle', async () => {
    const { path, config } = await bundle([archive(passwd), archive(file('a', '1'))], {
      Cmd: ['a'],
      Env: ['A=1'],
      Labels: { l: 'v' },
      StopSignal: 'SIGQUIT',
      WorkingDir: '/etc',
    })
    expect(readdirSync(path).toSorted()).toEqual(['config.json', 'rootfs'])
    expect(treeOf(join(path, 'rootfs'))).toEqual({ a: '1', 'etc/': '', 'etc/passwd': expect.any(String) })
    expect(config).toMatchObject({
      root: { path: 'rootfs' },
      process: { args: ['a'], cwd: '/etc', env: expect.arrayContaining(['A=1', 'HOME=/root']) },
      annotations: { l: 'v', 'org.opencontainers.image.stopSignal': 'SIGQUIT' },
    })
    const [head = ''] = readFileSync(`${path}.lading.ndjson`, 'utf8').split('\n')
    expect(JSON.parse(head)).toMatchObject({ lading: 'unpacked', root: 'rootfs', inode: statSync(path).ino })
    // What has set-user-ID in the image is nobody else's to run.
    expect(statSync(path).mode & 0o777).toBe(0o700)
    expect(statSync(join(path, 'config.json')).mode & 0o777).toBe(0o600)
  })

  it('is replaced as a whole, only where an unpacking made it', async () => {
    const { path } = await bundle([archive(file('old', ''))])
    writeFileSync(join(path, 'mine'), '')
    const how = { bundle: true, rootless: !isRoot }
    const image = imageOf([archive(file('new', ''))])
    await expect(unpack(image, path, how)).rejects.toMatchObject({ code: 'UNPACK_DIRECTORY_IN_USE' })
    await unpack(image, path, { ...how, overwrite: true })
    expect(treeOf(path)).toEqual({ 'config.json': expect.any(String), 'rootfs/': '', 'rootfs/new': '' })

    const other = join(scratch(), 'other')
    mkdirSync(join(other, 'rootfs'), { recursive: true })
    expect(() => assertCanUnpack(other, { ...how, overwrite: true })).toThrow(
      expect.objectContaining({ code: 'UNPACK_NOT_OURS' }) as Error,
    )
    await expect(unpack(image, other, { ...how, overwrite: true })).rejects.toMatchObject({ code: 'UNPACK_NOT_OURS' })
    expect(readdirSync(other)).toEqual(['rootfs'])
  })

  it('is nothing where the image’s user is not known, or the image is of another system', async () => {
    const folder = scratch()
    const how = { bundle: true, rootless: !isRoot }
    const unknown = imageOf([archive(passwd)], { User: 'nobody' })
    await expect(unpack(unknown, join(folder, 'b'), how)).rejects.toMatchObject({
      name: 'RootfsError',
      code: 'BUNDLE_USER_UNKNOWN',
    })
    const foreign = imageOf([archive(passwd)], {}, 'windows')
    await expect(unpack(foreign, join(folder, 'b'), how)).rejects.toMatchObject({ code: 'BUNDLE_UNSUPPORTED' })
    expect(readdirSync(folder)).toEqual([])
  })

  it('looks users up in the files of the image, wherever its links point, and nowhere else', async () => {
    const outside = join(scratch(), 'passwd')
    writeFileSync(outside, 'web:x:1:1::/outside:\n')
    const homeOf = async (...entries: readonly Uint8Array[]) => {
      const { config } = await bundle([archive(...entries)], { User: '33' })
      return config.process.env.find((each) => each.startsWith('HOME='))
    }
    expect(await homeOf(file('real', 'web:x:33:34::/inside:\n'), symlink('etc/passwd', '/real'))).toBe('HOME=/inside')
    expect(
      await homeOf(file('x/real', 'web:x:33:34::/up:\n'), symlink('etc', 'x'), symlink('x/passwd', '../../x/real')),
    ).toBe('HOME=/up')
    expect(await homeOf(symlink('etc/passwd', outside))).toBe('HOME=/')
    expect(await homeOf(symlink('etc/passwd', 'passwd'))).toBe('HOME=/')
    expect(await homeOf(directory('etc/passwd/'))).toBe('HOME=/')
  })

  it('takes what upper layers say of users, and nothing that they removed', async () => {
    const upper = archive(file('etc/passwd', 'web:x:33:35::/new:\n'))
    const { config } = await bundle([archive(passwd), upper], { User: 'web' })
    expect(config.process.env).toContain('HOME=/new')
    // Without root there is one user and one group.
    expect(config.process.user.gid).toBe(isRoot ? 35 : 0)
    const gone = bundle([archive(passwd), archive(file('etc/.wh.passwd'))], { User: 'web' })
    await expect(gone).rejects.toMatchObject({ code: 'BUNDLE_USER_UNKNOWN' })
  })

  it('says what of the image is not in its config, a few of many, and no values of the environment', async () => {
    const labels = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`run.oci.\n${index}`, '']))
    const { warnings } = await bundle([archive(passwd)], { Env: ['SECRET'], Labels: labels })
    expect(warnings).toHaveLength(6)
    expect(warnings.at(-1)).toContain('16 more parts')
    expect(warnings.join('')).not.toMatch(/SECRET|\n/)
    expect(warnings[0]).toMatch(/^BUNDLE environment/)
  })

  it('gives the user namespace of a rootless one to whoever made it, or as the maps say', async () => {
    const [uid, gid] = [process.geteuid?.(), process.getegid?.()]
    const own = await bundle([archive(passwd)], { User: 'web' }, { rootless: true })
    expect(own.config.linux).toMatchObject({
      uidMappings: [{ containerID: 0, hostID: uid, size: 1 }],
      gidMappings: [{ containerID: 0, hostID: gid, size: 1 }],
    })
    expect(own.config.process.user).toEqual({ uid: 0, gid: 0 })
    expect(own.warnings).toEqual([expect.stringMatching(/^BUNDLE user "web": 33:34 is not among the mapped/)])
    const map = [{ container: 0, host: 1000, size: 50 }]
    const mapped = await bundle([archive(passwd)], { User: 'web' }, { rootless: true, uidMap: map, gidMap: map })
    expect(mapped.config.process.user).toEqual({ uid: 33, gid: 34 })
    expect(mapped.config.linux.uidMappings).toEqual([{ containerID: 0, hostID: 1000, size: 50 }])
  })

  it('tells of a volume whose it is in the image, where owners are recorded', async () => {
    const data = directory('data/', { mode: 0o750, uid: 33, gid: 34 })
    const map = [{ container: 0, host: 1000, size: 50 }]
    const how = { rootless: true, uidMap: map, gidMap: map }
    const { config } = await bundle([archive(passwd, data)], { Volumes: ['/data'] }, how)
    const mount = config.mounts.find(({ destination }) => destination === '/data')
    expect(mount?.options).toEqual(expect.arrayContaining(['mode=0750', 'uid=33', 'gid=34']))
  })

  it('follows no link that somebody put in its place', async () => {
    const folder = scratch()
    mkdirSync(join(folder, 'real'))
    symlinkSync('real', join(folder, 'b'))
    const unpacking = unpack(imageOf([archive(passwd)]), join(folder, 'b'), { bundle: true, rootless: !isRoot })
    await expect(unpacking).rejects.toMatchObject({ code: 'UNPACK_DIRECTORY_IN_USE' })
    expect(readdirSync(join(folder, 'real'))).toEqual([])
  })
})

describe('a bundle of root', needs(root), () => {
  const map = [{ container: 0, host: 100_000, size: 65_536 }]

  it('has files and a user namespace with the IDs of the maps, and lets its root in', async () => {
    const data = directory('data/', { mode: 0o750, uid: 33, gid: 34 })
    const { path, config } = await bundle([archive(passwd, data)], { Volumes: ['/data'] }, { uidMap: map, gidMap: map })
    const { uid, gid } = statSync(join(path, 'rootfs/data'))
    expect([uid, gid]).toEqual([100_033, 100_034])
    expect(config.linux.uidMappings).toEqual([{ containerID: 0, hostID: 100_000, size: 65_536 }])
    expect(config.mounts.find(({ destination }) => destination === '/data')?.options).toContain('uid=33')
    expect(statSync(path).mode & 0o777).toBe(0o711)
  })

  it('leaves those alone that it has no map for', async () => {
    const { config } = await bundle([archive(passwd)], {}, { uidMap: map })
    expect(config.linux.gidMappings).toEqual([{ containerID: 0, hostID: 0, size: 4_294_967_295 }])
  })
})
