import { existsSync, readdirSync } from 'node:fs'
import { mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { image, startTestRegistry } from '@lading/test-registry'
import { beforeAll, describe, expect, it } from 'vitest'
import { keepingBack } from './support/keeping-back.ts'
import { runHere } from './support/run-here.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

describe('lading unpack', () => {
  let host: string
  let registry: Awaited<ReturnType<typeof startTestRegistry>>
  beforeAll(async () => {
    registry = await startTestRegistry()
    host = registry.host
    await registry.seed(image('t/app:1').layer({ 'etc/motd': 'hello', gone: 'x' }).layer({ '.wh.gone': '', b: 'b' }))
    return () => registry.close()
  })
  const unpack = (root: string, ...args: string[]): ReturnType<typeof runHere> =>
    runHere(['unpack', '--rootless', ...args], { root })

  it('pulls an image that is not here, and writes its files; then it takes it from the store', async () => {
    const root = await temporaryDirectory()
    const folder = await temporaryDirectory()
    const directory = join(folder, 'rootfs')
    const first = await unpack(root, `${host}/t/app:1`, directory)
    expect(first).toMatchObject({ code: 0, stdout: `${directory}\n` })
    expect(first.stderr).toContain('Pull complete')
    expect(first.stderr).toContain('Unpacking layer 2 of 2')
    expect((await readdir(directory)).toSorted()).toEqual(['b', 'etc'])
    expect(await readFile(join(directory, 'etc/motd'), 'utf8')).toBe('hello')

    const requests = registry.journal.entries.length
    const again = await unpack(root, '-q', '--overwrite', `${host}/t/app:1`, directory)
    expect(again).toEqual({ code: 0, stdout: `${directory}\n`, stderr: '' })
    expect(registry.journal.entries).toHaveLength(requests)
    expect((await readdir(folder)).toSorted()).toEqual(['rootfs', 'rootfs.lading.ndjson'])
  })

  describe('an image that is on its way', () => {
    const isWritten = (folder: string) => (): boolean =>
      readdirSync(folder).some((name) => existsSync(join(folder, name, 'tree/first')))
    const twoLayers = async (): Promise<string> => {
      const { layers } = await registry.seed(image('t/two:1').layer({ first: '1' }).layer({ second: '2' }))
      return layers[1]?.digest ?? ''
    }

    it('has a layer written while the next one is still to come', async () => {
      const folder = await temporaryDirectory()
      const other = await keepingBack(registry.url, { digest: await twoLayers(), until: isWritten(folder) })
      const { code, stderr } = await unpack(await temporaryDirectory(), `${other}/t/two:1`, join(folder, 'rootfs'))
      expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('Unpacking layer 1 of 2') })
      expect(await readdir(join(folder, 'rootfs'))).toEqual(['first', 'second'])
    })

    it('is not there when the rest of it does not come', async () => {
      const folder = await temporaryDirectory()
      const kept = { digest: await twoLayers(), until: isWritten(folder), status: 404 }
      const other = await keepingBack(registry.url, kept)
      const { code, stderr } = await unpack(await temporaryDirectory(), `${other}/t/two:1`, join(folder, 'rootfs'))
      expect(code).not.toBe(0)
      expect(stderr).toContain('Unpacking layer 1 of 2')
      expect(await readdir(folder)).toEqual([])
    })

    it('is fetched no further when it cannot be unpacked', async () => {
      const { layers } = await registry.seed(
        image('t/wrong:1').layer({ first: '', 'first/below': '' }).layer({ second: '2' }),
      )
      const folder = await temporaryDirectory()
      const other = await keepingBack(registry.url, { digest: layers[1]?.digest ?? '', until: () => false })
      const { code, stderr } = await unpack(await temporaryDirectory(), `${other}/t/wrong:1`, join(folder, 'rootfs'))
      expect(code).not.toBe(0)
      expect(stderr).toContain('first is not a directory')
      expect(await readdir(folder)).toEqual([])
    })
  })

  it('makes a bundle of it', async () => {
    const root = await temporaryDirectory()
    const directory = join(await temporaryDirectory(), 'box')
    const maps = ['--uid-map', '0:100000:1000', '--gid-map', '0:200000:1000']
    const made = await unpack(root, '--bundle', ...maps, `${host}/t/app:1`, directory)
    expect(made).toMatchObject({ code: 0, stdout: `${directory}\n` })
    expect((await readdir(directory)).toSorted()).toEqual(['config.json', 'rootfs'])
    expect(await readFile(join(directory, 'rootfs/etc/motd'), 'utf8')).toBe('hello')
    expect(JSON.parse(await readFile(join(directory, 'config.json'), 'utf8'))).toMatchObject({
      root: { path: 'rootfs' },
      linux: {
        uidMappings: [{ containerID: 0, hostID: 100_000, size: 1000 }],
        gidMappings: [{ containerID: 0, hostID: 200_000, size: 1000 }],
      },
    })
  })

  it('refuses, before it fetches anything, a directory with something in it that it has not made', async () => {
    const root = await temporaryDirectory()
    const directory = await temporaryDirectory()
    await writeFile(join(directory, 'mine'), '')
    const requests = registry.journal.entries.length
    for (const args of [[], ['--overwrite']]) {
      const { code, stderr } = await unpack(root, ...args, `${host}/t/app:1`, directory)
      expect(code).toBe(1)
      expect(stderr).toContain(args.length === 0 ? 'cannot unpack to' : 'not created by an earlier unpack')
    }
    expect(registry.journal.entries).toHaveLength(requests)
    expect(await readdir(directory)).toEqual(['mine'])
  })

  it('tells what it does and how it ended as JSON', async () => {
    const root = await temporaryDirectory()
    const directory = join(await temporaryDirectory(), 'rootfs')
    await mkdir(directory)
    const { code, stdout, stderr } = await unpack(root, '--progress', 'json', `${host}/t/app:1`, directory)
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ v: 1, directory, layers: 2, entries: expect.any(Number) })
    const events = stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string })
    expect(events.filter(({ type }) => type === 'unpack:layer')).toMatchObject([
      { v: 1, index: 0, of: 2 },
      { v: 1, index: 1, of: 2 },
    ])
    expect((await stat(directory)).isDirectory()).toBe(true)
    const refused = await unpack(root, '--progress', 'json', `${host}/t/app:1`, directory)
    expect(refused.code).toBe(1)
    expect(JSON.parse(refused.stderr)).toMatchObject({ type: 'error', code: 'UNPACK_DIRECTORY_IN_USE' })
  })
})
