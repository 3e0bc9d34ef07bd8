import type { ContainerConfig, ImageConfig } from '@lading/manifest'
import { runtimeConfigOf, type RuntimeConfigOptions } from '@lading/rootfs'
import { describe, expect, it } from 'vitest'
import { filesOf } from './files-of.ts'

const accounts = {
  '/etc/passwd': 'root:x:0:0::/root:/bin/sh\nweb:x:33:33::/srv:\n',
  '/etc/group': 'web:x:33:\nextra:x:7:web\n',
}
const imageOf = (config: ContainerConfig, more: Partial<ImageConfig> = {}): ImageConfig => ({
  architecture: 'amd64',
  os: 'linux',
  rootfs: { type: 'layers', diffIds: [] },
  history: [],
  ...more,
  config,
})
const made = (config: ContainerConfig, options: Partial<RuntimeConfigOptions> = {}, more: Partial<ImageConfig> = {}) =>
  runtimeConfigOf(imageOf(config, more), { files: filesOf(accounts), ...options })

describe('the process', () => {
  it('is the entrypoint with the command behind it, a shell where there is neither', async () => {
    const argsOf = async (config: ContainerConfig) => (await made(config)).config.process.args
    expect(await argsOf({ Entrypoint: ['a', ''], Cmd: ['b c'] })).toEqual(['a', '', 'b c'])
    expect(await argsOf({ Cmd: ['b'] })).toEqual(['b'])
    expect(await argsOf({ Entrypoint: ['a'] })).toEqual(['a'])
    expect(await argsOf({ Entrypoint: [], Cmd: [] })).toEqual(['sh'])
  })

  it('has the environment of the image, and PATH, TERM and HOME where that has none', async () => {
    const envOf = async (config: ContainerConfig) => (await made(config)).config.process.env
    expect(await envOf({})).toEqual([
      'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      'TERM=xterm',
      'HOME=/root',
    ])
    expect(await envOf({ Env: ['A=1=2', 'HOME=/h', 'PATH=', 'A=3'], User: 'web' })).toEqual([
      'TERM=xterm',
      'A=1=2',
      'HOME=/h',
      'PATH=',
      'A=3',
    ])
    expect(await envOf({ User: '4' })).toContain('HOME=/')
  })

  it('leaves out what is no variable, and says so', async () => {
    const { config, warnings } = await made({ Env: ['NOVALUE', '=x', 'B=2', 'C=\0'] })
    expect(config.process.env.slice(3)).toEqual(['B=2'])
    expect(warnings.map(({ kind, subject }) => [kind, subject])).toEqual([
      ['environment', 'NOVALUE'],
      ['environment', '=x'],
      ['environment', 'C=\0'],
    ])
  })

  it('works where the image says, and at the root where it does not', async () => {
    const cwdOf = async (config: ContainerConfig) => (await made(config)).config.process.cwd
    expect(await cwdOf({ WorkingDir: '/srv/web' })).toBe('/srv/web')
    expect(await cwdOf({ WorkingDir: 'srv' })).toBe('/srv')
    expect(await cwdOf({})).toBe('/')
  })

  it('runs as the user of the image with other groups', async () => {
    expect((await made({ User: 'web' })).config.process.user).toEqual({ uid: 33, gid: 33, additionalGids: [7] })
    expect((await made({ User: '33' })).config.process.user).toEqual({ uid: 33, gid: 33 })
  })
})

describe('annotations', () => {
  it('are what the config says, and its labels before it', async () => {
    const { config } = await made(
      {
        Labels: { a: 'b', 'org.opencontainers.image.author': 'label', __proto__x: 'c' },
        StopSignal: 'SIGQUIT',
        ExposedPorts: ['80/tcp', '53/udp'],
      },
      {},
      { author: 'field', created: '2024-01-02T03:04:05Z', variant: 'v8', osVersion: '10', osFeatures: ['x', 'y'] },
    )
    const image = 'org.opencontainers.image'
    expect(config.annotations).toEqual({
      a: 'b',
      __proto__x: 'c',
      [`${image}.os`]: 'linux',
      [`${image}.architecture`]: 'amd64',
      [`${image}.variant`]: 'v8',
      [`${image}.os.version`]: '10',
      [`${image}.os.features`]: 'x,y',
      [`${image}.author`]: 'label',
      [`${image}.created`]: '2024-01-02T03:04:05Z',
      [`${image}.stopSignal`]: 'SIGQUIT',
      [`${image}.exposedPorts`]: '80/tcp,53/udp',
    })
  })

  it('give no orders to the runtime', async () => {
    const Labels = {
      'org.systemd.property.ExecStart': 'x',
      'run.oci.hooks.stderr': '/etc/x',
      'org.criu.config': '/x',
      '': 'no key',
      'run.ocicle': 'a label like others',
    }
    const { config, warnings } = await made({ Labels })
    expect(Object.keys(config.annotations ?? {}).filter((key) => !key.startsWith('org.opencontainers'))).toEqual([
      'run.ocicle',
    ])
    expect(warnings.map(({ subject }) => subject)).toEqual([
      'org.systemd.property.ExecStart',
      'run.oci.hooks.stderr',
      'org.criu.config',
      '',
    ])
  })
})

describe('volumes', () => {
  it('are in memory, as the image has them, the outer before the inner', async () => {
    const files = filesOf({ ...accounts, '/data': { uid: 33, gid: 7, mode: 0o42750 } })
    const { config } = await made({ Volumes: ['/data/in', '/data/', '//data'] }, { files })
    const common = ['rw', 'nosuid', 'nodev', 'relatime', 'tmpcopyup']
    expect(config.mounts.slice(-2)).toEqual([
      { destination: '/data', type: 'tmpfs', source: 'tmpfs', options: [...common, 'mode=2750', 'uid=33', 'gid=7'] },
      { destination: '/data/in', type: 'tmpfs', source: 'tmpfs', options: common },
    ])
  })

  it('are left out where nothing can be mounted', async () => {
    const Volumes = ['/', 'relative', '/a/../..', '/proc', '/sys/x', '/dev', '', '/./', '/a\0b']
    const { config, warnings } = await made({ Volumes })
    expect(config.mounts).toEqual((await made({})).config.mounts)
    expect(warnings.map(({ subject }) => subject).toSorted()).toEqual(Volumes.toSorted())
  })
})

describe('a user namespace', () => {
  const rootless = { uid: 1000, gid: 1001 }

  it('makes root of who has no privileges', async () => {
    const { config, warnings } = await made({}, { rootless })
    expect(config.linux).toMatchObject({
      uidMappings: [{ containerID: 0, hostID: 1000, size: 1 }],
      gidMappings: [{ containerID: 0, hostID: 1001, size: 1 }],
    })
    expect(config.linux.namespaces).toContainEqual({ type: 'user' })
    expect(config.linux.namespaces).not.toContainEqual({ type: 'network' })
    expect(config.linux.resources).toBeUndefined()
    expect(config.mounts.flatMap(({ options = [] }) => options)).not.toContain('gid=5')
    expect(config.mounts.map(({ type }) => type)).not.toContain('cgroup')
    expect(warnings).toEqual([])
  })

  it('has no other user where one ID is mapped, and says so', async () => {
    const { config, warnings } = await made({ User: 'web' }, { rootless })
    expect(config.process.user).toEqual({ uid: 0, gid: 0 })
    expect(config.process.env).toContain('HOME=/srv')
    expect(warnings).toEqual([{ kind: 'user', subject: 'web', message: expect.stringContaining('33:33') as string }])
  })

  it('has the users and groups that are mapped', async () => {
    const all = [{ containerID: 0, hostID: 100_000, size: 65_536 }]
    const some = [{ containerID: 33, hostID: 100_000, size: 1 }]
    const mapped = await made({ User: 'web' }, { rootless, uidMappings: all, gidMappings: all })
    expect(mapped.config.process.user).toEqual({ uid: 33, gid: 33, additionalGids: [7] })
    expect(mapped.config.mounts.flatMap(({ options = [] }) => options)).toContain('gid=5')
    const one = await made({ User: 'web' }, { uidMappings: all, gidMappings: some })
    expect(one.config.process.user).toEqual({ uid: 33, gid: 33 })
    expect(one.config.linux.namespaces).toContainEqual({ type: 'user' })
    expect(one.config.linux.namespaces).toContainEqual({ type: 'network' })
  })
})

it('is made for Linux alone', async () => {
  await expect(made({}, {}, { os: 'windows' })).rejects.toMatchObject({ code: 'BUNDLE_UNSUPPORTED' })
  await expect(made({}, {}, { os: '' })).resolves.toBeDefined()
})
