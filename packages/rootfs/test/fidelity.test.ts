import { execFileSync, spawnSync } from 'node:child_process'
import fs, { closeSync, ftruncateSync, lstatSync, openSync, readFileSync, statSync, writeSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { unpackLayers, type UnpackEvent } from '@lading/rootfs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { needs } from '../../../test/support/needs.ts'
import { directory, file, layer, link, symlink } from './support/layers.ts'
import { scratch, unpacked } from './support/unpacked.ts'

const fine = { seconds: 1_700_000_000, nanoseconds: 123_456_789 }
const nanoseconds = 1_700_000_000_123_456_789n
const attribute = (value: string): ReadonlyMap<string, Uint8Array> => new Map([['user.test', Buffer.from(value)]])
const stat = (...path: string[]) => lstatSync(join(...path), { bigint: true })

const recordOf = (at: string): Record<string, unknown>[] =>
  readFileSync(`${at}.lading.ndjson`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

describe('what Node cannot set', needs('python3'), () => {
  it('is set at the end: nanoseconds of files, links and directories, fifos with all their names', async () => {
    const at = await unpacked([
      layer(
        directory('d/', { mtime: fine }),
        file('d/f', 'x', { mtime: fine }),
        link('d/again', 'd/f'),
        { ...symlink('d/l', 'f'), mtime: fine },
        { name: 'd/p', type: 'fifo', mode: 0o640, mtime: fine },
        link('q', 'd/p'),
      ),
    ])
    for (const path of ['d', 'd/f', 'd/l', 'd/p', 'q']) expect(stat(at, path).mtimeNs, path).toBe(nanoseconds)
    expect(stat(at, 'q').ino).toBe(stat(at, 'd/p').ino)
    expect(lstatSync(join(at, 'q')).isFIFO()).toBe(true)
    expect(stat(at, 'q').mode & 0o7777n).toBe(0o640n)
  })

  it('is not set on what a later layer has replaced', async () => {
    const at = await unpacked([
      layer({ name: 'p', type: 'fifo' }, file('f', 'x', { mtime: fine, xattrs: attribute('old') })),
      layer(file('p', 'a file'), file('.wh.f')),
    ])
    expect(readFileSync(join(at, 'p'), 'utf8')).toBe('a file')
    expect(recordOf(at)).toHaveLength(1)
  })

  it('has extended attributes in it', needs('getfattr'), async () => {
    const at = await unpacked([
      layer(file('f', '', { xattrs: attribute('1') }), directory('d/', { xattrs: attribute('2') })),
    ])
    const value = (path: string): string =>
      execFileSync('getfattr', ['--only-values', '-n', 'user.test', join(at, path)], { encoding: 'utf8' })
    expect([value('f'), value('d')]).toEqual(['1', '2'])
  })
})

it('keeps owners where umoci and PRoot look for them, too', needs('python3', 'getfattr'), async () => {
  const at = await unpacked([layer(file('f', '', { uid: 5, gid: 70_000 }), directory('d/', { gid: 1 }), file('r'))], {
    rootless: true,
  })
  const hex = (path: string): string =>
    spawnSync('getfattr', ['--only-values', '-n', 'user.rootlesscontainers', join(at, path)]).stdout.toString('hex')
  // A protobuf message: 1 is the user, 2 the group, and zeros are left out.
  expect(['f', 'd', 'r'].map(hex)).toEqual(['080510f0a204', '1001', ''])
})

it('without python3, gives times in microseconds and records the rest, told in one warning', async () => {
  const { existsSync } = fs
  const path = process.env['PATH']
  const restore = (): void => {
    fs.existsSync = existsSync
    if (path === undefined) delete process.env['PATH']
    else process.env['PATH'] = path
    syncBuiltinESMExports()
  }
  onTestFinished(restore)
  fs.existsSync = (name) => !String(name).endsWith('/python3') && existsSync(name)
  process.env['PATH'] = '/nonexistent'
  syncBuiltinESMExports()
  const events: UnpackEvent[] = []
  const at = await unpacked(
    [
      layer(
        file('f', 'x', { mtime: fine, xattrs: attribute('1') }),
        { name: 'p', type: 'fifo', mode: 0o640 },
        file('plain', '', { mtime: { seconds: 1, nanoseconds: 0 } }),
      ),
    ],
    { onEvent: (event) => events.push(event) },
  )
  restore()
  expect(events.filter(({ type }) => type === 'warning')).toMatchObject([{ code: 'HELPER' }])
  expect(stat(at, 'f').mtimeNs / 1000n).toBe(nanoseconds / 1000n)
  expect(fs.existsSync(join(at, 'p'))).toBe(false)
  expect(recordOf(at).slice(1)).toEqual([
    { path: 'f', type: 'file', xattrs: { 'user.test': 'MQ==' }, mtime: fine },
    { path: 'p', type: 'fifo', mode: 0o640 },
  ])
})

describe('the record beside the directory', () => {
  it('has owners that are recorded, and devices that are not made', async () => {
    const at = join(scratch(), 'rootfs')
    const events: UnpackEvent[] = []
    const layers = [
      layer(
        file('f', '', { uid: 5, gid: 70_000 }),
        { name: 'null', type: 'character-device', device: { major: 1, minor: 3 }, mode: 0o666 },
        file(Buffer.from([0xff]), '', { uid: 1 }),
      ),
    ]
    await unpackLayers(layers, at, { rootless: true, onEvent: (event) => events.push(event) })
    const [head, ...lines] = recordOf(at)
    expect(head).toEqual({ lading: 'unpacked', version: 1, inode: statSync(at).ino })
    expect(lines).toEqual([
      { path: 'f', type: 'file', uid: 5, gid: 70_000 },
      { path: 'null', type: 'character-device', major: 1, minor: 3, mode: 0o666, uid: 0, gid: 0 },
      { pathBase64: '/w==', type: 'file', uid: 1, gid: 0 },
    ])
    expect(events.filter(({ type }) => type === 'warning')).toMatchObject([{ code: 'DEVICES' }])
  })

  it('is told of in words that move no terminal, and not of each file', async () => {
    const events: UnpackEvent[] = []
    const names = Array.from({ length: 8 }, (_, index) => `user.${index}\u001b[2J${'a'.repeat(300)}`)
    const xattrs = new Map(names.map((name) => [name, Buffer.from('x')]))
    const how = { rootless: true, onEvent: (event: UnpackEvent) => void events.push(event) }
    await unpackLayers([layer(file('f', '', { xattrs }))], join(scratch(), 'r'), how)
    const message = events.find((event) => event.type === 'warning')?.message ?? ''
    expect(message).toMatch(/tree: user\.0\\x1b\[2Ja+…? \(\w+\), .* and 3 more$/)
    expect(message.length).toBeLessThan(1000)
  })

  it('lets a directory be replaced, as a whole, and no other one', async () => {
    const at = await unpacked([layer(file('old', '1'))])
    const inode = stat(at).ino
    const again = () => unpackLayers([layer(file('new', '2'))], at, { rootless: true, overwrite: true })
    await again()
    expect(stat(at).ino).not.toBe(inode)
    expect(stat(at, 'new').size).toBe(1n)
    execFileSync('sh', ['-c', `cp -a '${at}' '${at}-2' && rm -r '${at}' && mv '${at}-2' '${at}'`])
    await expect(again()).rejects.toMatchObject({ code: 'UNPACK_NOT_OURS' })
  })
})

it('keeps holes, and what is between them', needs('tar'), async () => {
  const from = scratch()
  const made = openSync(join(from, 'holes'), 'w')
  writeSync(made, 'four', 4_194_304)
  writeSync(made, 'tre', 8_388_608)
  ftruncateSync(made, 16 * 1024 * 1024)
  closeSync(made)
  const archive = execFileSync('tar', ['-c', '--sparse', '--format=pax', '-C', from, 'holes'])
  expect(archive.length).toBeLessThan(100_000)
  const at = await unpacked([
    {
      name: 'sparse',
      async *open() {
        yield archive
      },
    },
  ])
  const content = readFileSync(join(at, 'holes'))
  expect(content.length).toBe(16 * 1024 * 1024)
  expect(content.toString('latin1', 4_194_304, 4_194_309)).toBe('four\0')
  expect(content.toString('latin1', 8_388_608, 8_388_612)).toBe('tre\0')
  expect(lstatSync(join(at, 'holes')).blocks).toBeLessThan(100)
})
