import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readTar } from '@lading/tar'
import { expect, it, onTestFinished } from 'vitest'
import { exportImage, keepBlobs, openImage } from '../src/index.ts'
import { imageOf } from './support/images.ts'
import { all, textBytes } from './support/layers.ts'

const file = (name: string, body = name) => ({ name, body: textBytes(body) })
const layers = [
  [
    { name: 'etc/', type: 'directory', mode: 0o750, mtime: { seconds: 5, nanoseconds: 7 } },
    file('etc/old'),
    file('etc/motd', 'base'),
    { name: 'etc/link', type: 'symlink', linkName: '/nowhere' },
    { name: 'gone/', type: 'directory' },
    file('gone/x'),
    { ...file('bin/tool', 'tool'), mode: 0o4755, uid: 7, gid: 8, xattrs: new Map([['user.a', textBytes('b')]]) },
  ],
  [
    file('.wh.gone'),
    file('etc/.wh.old'),
    file('etc/motd', 'top'),
    { name: 'bin/again', type: 'link', linkName: 'bin/tool' },
    { name: 'dev/null', type: 'character-device', device: { major: 1, minor: 3 } },
  ],
] as const

async function tarBytes(path?: string): Promise<Buffer> {
  const { content, target } = await imageOf(...layers)
  return Buffer.concat(await all(exportImage(await openImage(content, target), { path })))
}

async function* chunks(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes
}

async function listed(path?: string): Promise<readonly string[]> {
  const lines: string[] = []
  for await (const entry of readTar(chunks(await tarBytes(path)))) {
    const body = Buffer.concat(await all(entry.body)).toString()
    const link = entry.linkName === undefined ? '' : ` -> ${Buffer.from(entry.linkName).toString()}`
    lines.push(`${entry.type} ${entry.mode.toString(8)} ${entry.path}${link} ${body}`.trimEnd())
  }
  return lines
}

it('flattens an image into one archive, in an order in which it can be made again', async () => {
  expect(await listed()).toEqual([
    'directory 755 bin/',
    'directory 755 dev/',
    'directory 750 etc/',
    'character-device 644 dev/null',
    'symlink 777 etc/link -> /nowhere',
    'file 4755 bin/again tool',
    'file 644 etc/motd top',
    'link 4755 bin/tool -> bin/again',
  ])
  expect(await tarBytes()).toEqual(await tarBytes())
})

it('takes one directory or one file of it, under its last name', async () => {
  expect(await listed('/etc/')).toEqual([
    'directory 750 etc/',
    'symlink 777 etc/link -> /nowhere',
    'file 644 etc/motd top',
  ])
  expect(await listed('etc/motd')).toEqual(['file 644 motd top'])
  expect(await listed('bin')).toEqual([
    'directory 755 bin/',
    'file 4755 bin/again tool',
    'link 4755 bin/tool -> bin/again',
  ])
})

it('writes what GNU tar unpacks to the same tree', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'lading-export-'))
  try {
    mkdirSync(join(directory, 'root'))
    execFileSync('tar', ['-xf', '-', '-C', join(directory, 'root'), '--exclude=dev/null'], { input: await tarBytes() })
    const found = execFileSync('find', ['.', '-mindepth', '1', '-printf', String.raw`%y %m %n %p %l\n`], {
      cwd: join(directory, 'root'),
      encoding: 'utf8',
    })
    const lines = found.split('\n').filter((line) => line.startsWith('f') || line.startsWith('l'))
    const modes = lines.map((line) => line.replace(/^f 4?755/, 'f 755').trimEnd()).toSorted()
    expect(modes).toEqual([
      'f 644 1 ./etc/motd',
      'f 755 2 ./bin/again',
      'f 755 2 ./bin/tool',
      'l 777 1 ./etc/link /nowhere',
    ])
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
})

it('fetches each layer once where it may be kept, and again where it may not', async () => {
  const { content, target } = await imageOf(...layers)
  const directory = mkdtempSync(join(tmpdir(), 'lading-image-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  for (const [place, times] of [
    [directory, 2],
    [join(directory, 'not there'), 4],
  ] as const) {
    let opened = 0
    let closed = 0
    const far = {
      ...content,
      verified: undefined,
      open: (...given: Parameters<typeof content.open>) => {
        opened++
        return content.open(...given)
      },
      close: async () => void closed++,
    }
    const kept = keepBlobs(far, place)
    const bytes = Buffer.concat(await all(exportImage(await openImage(kept, target))))
    expect(bytes.equals(await tarBytes())).toBe(true)
    expect(opened).toBe(times)
    // It has no name, even while it is there.
    expect(readdirSync(directory)).toEqual([])
    await kept.close()
    expect(closed).toBe(1)
  }
})

it('keeps nothing that was not read to its end', async () => {
  const { content, target, layers: built } = await imageOf(...layers)
  const directory = mkdtempSync(join(tmpdir(), 'lading-image-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const [first] = built
  const descriptor = first?.descriptor ?? target
  let wrong = true
  const far = {
    ...content,
    async *open(...given: Parameters<typeof content.open>) {
      for await (const chunk of content.open(...given)) yield wrong ? chunk.map((byte) => byte ^ 1) : chunk
      if (wrong) throw new Error('not these bytes')
    },
  }
  const kept = keepBlobs(far, directory)
  onTestFinished(() => kept.close())
  await expect(all(kept.open(descriptor))).rejects.toThrow('not these bytes')
  wrong = false
  for await (const chunk of kept.open(descriptor)) if (chunk.length > 0) break
  const right = Buffer.concat(await all(content.open(descriptor)))
  for (let turn = 0; turn < 2; turn++) expect(Buffer.concat(await all(kept.open(descriptor))).equals(right)).toBe(true)
})
