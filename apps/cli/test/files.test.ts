import { chmod, chown, cp, lstat, mkdir, readFile, readdir, readlink, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { image, index, startTestRegistry, type TestRegistry } from '@lading/test-registry'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { enlarged, needs, root as asRoot } from '../../../test/support/needs.ts'
import { lading as startProcess, type Ended } from './support/lading.ts'
import { runHere } from './support/run-here.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

let registry: TestRegistry
let app: string
beforeAll(async () => {
  registry = await startTestRegistry()
  app = `${registry.host}/t/app:1`
  await registry.seed(
    image('t/app:1')
      .platform('linux/amd64')
      .layer({ 'etc/motd': 'old\n', 'etc/issue': 'issue\n', 'bin/tool': 'tool' })
      .layer({ 'etc/motd': 'new\n', 'etc/.wh.issue': '' }),
  )
  await registry.seed(index('t/multi:1').add(image().platform('linux/s390x').layer({ which: 's390x' })))
  return () => registry.close()
})

const lading = async (args: readonly string[], how?: Parameters<typeof runHere>[1]): ReturnType<typeof runHere> =>
  runHere(args[0] === 'pull' ? args : [...args, '--platform', 'linux/amd64'], how)

describe('lading export and cp, straight from a registry', () => {
  it('fetch each layer once, and leave nothing beside what they write', async () => {
    const layers = () =>
      registry.journal.entries.filter(({ method, path }) => method === 'GET' && path.includes('/t/app/blobs/')).length
    const directory = await temporaryDirectory()
    // Two layers, and the config.
    let before = layers()
    expect(await lading(['export', app, '-o', join(directory, 'flat.tar')])).toMatchObject({ code: 0 })
    expect(layers() - before).toBe(3)
    before = layers()
    expect(await lading(['cp', `${app}:/`, directory])).toMatchObject({ code: 0 })
    expect(layers() - before).toBe(3)
    expect((await readdir(directory)).toSorted()).toEqual(['flat.tar', 'root'])
  })
})

describe('lading ls and cat', () => {
  it('show an image straight from its registry, and of the store when it is there', async () => {
    expect(await lading(['cat', app, '/etc/motd'])).toEqual({ code: 0, stdout: 'new\n', stderr: '' })
    expect((await lading(['ls', app])).stdout).toBe('bin\netc\n')
    expect((await lading(['ls', app, 'etc'])).stdout).toBe('motd\n')
    const root = await temporaryDirectory()
    await lading(['pull', '-q', '--platform', 'linux/amd64', app], { root })
    const before = registry.journal.entries.length
    expect((await lading(['cat', app, 'etc/motd', 'bin/tool'], { root })).stdout).toBe('new\ntool')
    expect((await lading(['ls', `store:${app}`, '/bin'], { root })).stdout).toBe('tool\n')
    expect(registry.journal.entries).toHaveLength(before)
    expect((await lading(['ls', `docker://${app}`, '/bin'], { root })).stdout).toBe('tool\n')
    expect(registry.journal.entries.length).toBeGreaterThan(before)
  })

  it('know a platform, and what an archive has', async () => {
    const file = join(await temporaryDirectory(), 'app.tar')
    await lading(['copy', '-q', app, `oci-archive:${file}`])
    expect((await lading(['ls', '-R', `oci-archive:${file}`])).stdout).toBe('/\n/bin\n/bin/tool\n/etc\n/etc/motd\n')
    expect(await lading(['cat', 'oci-archive:-', '/etc/motd'], { input: await readFile(file) })).toEqual({
      code: 0,
      stdout: 'new\n',
      stderr: `The archive comes through a pipe and is written to a temporary file in ${tmpdir()} first\n`,
    })
    const multi = `${registry.host}/t/multi:1`
    expect((await runHere(['cat', multi, 'which', '--platform', 'linux/s390x'])).stdout).toBe('s390x')
    expect((await lading(['cat', multi, 'which'])).code).toBe(3)
  })

  it('tell modes, owners, sizes and layers', async () => {
    const { stdout } = await lading(['ls', '-l', app, '/etc'])
    expect(stdout).toMatch(/^-rw-r--r-- 0:0 +4 \d{4}-\d\d-\d\d \d\d:\d\d motd\n$/)
    expect(JSON.parse((await lading(['ls', '--json', app, '/etc'])).stdout)).toMatchObject({
      path: '/etc/motd',
      type: 'file',
      mode: '0644',
      size: 4,
      layer: 1,
    })
  })

  it('say what is not there, and show a terminal nothing that moves it', async () => {
    const { code, stderr } = await lading(['cat', app, '/etc/issue'])
    expect({ code, stderr }).toMatchObject({ code: 3, stderr: expect.stringContaining('the image has no /etc/issue') })
    await registry.seed(image('t/odd:1').platform('linux/amd64').layer({ esc: '\u001b[31m' }))
    const odd = await lading(['cat', `${registry.host}/t/odd:1`, 'esc'], { interactive: true })
    expect(odd).toMatchObject({ code: 2, stdout: '' })
    await registry.seed(
      image('t/odd:2').platform('linux/amd64').layer({ csi: '\u009b31m', first: '\u00c2', text: 'Â é\n' }),
    )
    const see = (...paths: readonly string[]): ReturnType<typeof lading> =>
      lading(['cat', `${registry.host}/t/odd:2`, ...paths], { interactive: true })
    expect(await see('csi')).toMatchObject({ code: 2, stdout: '' })
    expect((await see('first', 'text')).code).toBe(0)
  })
})

describe('lading cp', () => {
  it('copies a directory or a file, and replaces nothing', async () => {
    const directory = await temporaryDirectory()
    expect(await lading(['cp', `${app}:/etc`, directory])).toMatchObject({ code: 0, stdout: `${directory}/etc\n` })
    expect(await readFile(join(directory, 'etc/motd'), 'utf8')).toBe('new\n')
    expect((await lading(['cp', `${app}:/bin/tool`, directory])).code).toBe(0)
    expect((await lading(['cp', `${app}:/`, directory])).code).toBe(0)
    expect(await readFile(join(directory, 'root/bin/tool'), 'utf8')).toBe('tool')
    const again = await lading(['cp', `${app}:/etc/`, directory])
    expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('exists already') })
    expect((await readdir(directory)).toSorted()).toEqual(['etc', 'root', 'tool'])
  })

  it('follows no link that is there, and leaves nothing of what failed', async () => {
    const directory = await temporaryDirectory()
    const outside = await temporaryDirectory()
    await writeFile(join(outside, 'tool'), 'canary')
    await chmod(join(outside, 'tool'), 0o640)
    await symlink(join(outside, 'tool'), join(directory, 'tool'))
    await symlink(outside, join(directory, 'etc'))
    for (const path of ['/bin/tool', '/etc']) expect((await lading(['cp', `${app}:${path}`, directory])).code).toBe(2)
    expect(await readFile(join(outside, 'tool'), 'utf8')).toBe('canary')
    expect((await lstat(join(outside, 'tool'))).mode & 0o777).toBe(0o640)
    expect(await readdir(outside)).toEqual(['tool'])
    expect((await lading(['cp', `${app}:/nothing`, directory])).code).toBe(3)
    expect((await lading(['cp', `${app}:/etc`, join(directory, 'absent')])).code).toBe(1)
    expect((await readdir(directory)).toSorted()).toEqual(['etc', 'tool'])
    expect((await lading(['cp', app, directory])).code).toBe(2)
  })

  it('makes links as they are, and files through none of them', async () => {
    const root = await temporaryDirectory()
    await registry.seed(
      image('t/links:1')
        .platform('linux/amd64')
        .layer({
          'd/': '',
          'd/out': { type: 'symlink', target: '/tmp' },
          'd/up': { type: 'symlink', target: '../../..' },
          'd/zz': { type: 'hardlink', target: 'd/out' },
        }),
    )
    await mkdir(join(root, 'to'))
    expect((await lading(['cp', `${registry.host}/t/links:1:/d`, join(root, 'to')])).code).toBe(0)
    expect(await readlink(join(root, 'to/d/out'))).toBe('/tmp')
    expect(await readlink(join(root, 'to/d/up'))).toBe('../../..')
    expect(await readlink(join(root, 'to/d/zz'))).toBe('/tmp')
    expect((await lstat(join(root, 'to/d/zz'))).nlink).toBe(1)
  })

  it('of several at once to one place, one gets it', async () => {
    for (const [path, inside] of [
      ['/bin/tool', 'tool'],
      ['/bin', 'bin/tool'],
    ] as const) {
      const directory = await temporaryDirectory()
      const all = await Promise.all(Array.from({ length: 4 }, () => lading(['cp', `${app}:${path}`, directory])))
      expect(all.map(({ code }) => String(code)).toSorted()).toEqual(['0', '2', '2', '2'])
      expect(await readFile(join(directory, inside), 'utf8')).toBe('tool')
      expect(await readdir(directory)).toHaveLength(1)
    }
  })

  it(
    'copies what its user may not write to, and takes it away where it is too late',
    needs('setpriv', asRoot, enlarged),
    async () => {
      await registry.seed(
        image('t/closed:1')
          .platform('linux/amd64')
          .layer({
            'd/': { type: 'directory', mode: 0o555 },
            'd/e/': { type: 'directory', mode: 0o500 },
            'd/e/f': 'f',
          }),
      )
      const home = await temporaryDirectory()
      await chown(home, 65_534, 65_534)
      // What that user can read, wherever this is: others may not pass through where the project is.
      const tools = await temporaryDirectory()
      await chmod(tools, 0o755)
      await cp(process.execPath, join(tools, 'node'))
      await cp(join(inject('bundled'), 'dist'), join(tools, 'dist'), { recursive: true })
      const user = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']
      const how = { env: { HOME: home }, node: [...user, join(tools, 'node'), join(tools, 'dist/bin.js')] }
      const copy = (): Promise<Ended> =>
        startProcess(['cp', '--platform', 'linux/amd64', `${registry.host}/t/closed:1:/d`, home], how)
      // Whoever loses takes away what it made.
      const both = await Promise.all([copy(), copy()])
      expect(both.map(({ code }) => String(code)).toSorted()).toEqual(['0', '2'])
      expect((await lstat(join(home, 'd'))).mode & 0o777).toBe(0o555)
      expect((await lstat(join(home, 'd/e'))).mode & 0o777).toBe(0o500)
      expect(await readFile(join(home, 'd/e/f'), 'utf8')).toBe('f')
      expect((await readdir(home)).filter((name) => name.startsWith('.lading'))).toEqual([])
    },
  )

  it('says of a device that it is not copied', async () => {
    await registry.seed(
      image('t/pipe:1')
        .platform('linux/amd64')
        .layer({ 'd/pipe': { type: 'fifo' }, 'd/a': 'a' }),
    )
    const directory = await temporaryDirectory()
    const alone = await lading(['cp', `${registry.host}/t/pipe:1:/d/pipe`, directory])
    expect(alone).toMatchObject({ code: 2, stderr: expect.stringContaining('/d/pipe is a device or a pipe') })
    expect(await readdir(directory)).toEqual([])
    const all = await lading(['cp', `${registry.host}/t/pipe:1:/d`, directory])
    expect(all).toMatchObject({ code: 0, stderr: expect.stringContaining('1 devices and pipes were left out') })
    expect(await readdir(join(directory, 'd'))).toEqual(['a'])
  })
})

describe('lading export', () => {
  it('writes one archive, the same each time, to a file or standard output, and never to a terminal', async () => {
    const { code, stdout, stderr } = await lading(['export', app])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('etc/motd')
    expect(stdout).not.toContain('.wh.')
    const file = join(await temporaryDirectory(), 'app.tar')
    expect((await lading(['export', '-o', file, app])).code).toBe(0)
    expect(await readFile(file, 'latin1')).toBe(stdout)
    expect(await lading(['export', app], { interactive: true })).toMatchObject({ code: 2, stdout: '' })
    expect((await lading(['cp', `${app}:/etc`, '-'])).stdout).toContain('etc/motd')
  })
})
