import { createMemoryContent, type Source } from '@lading/content'
import { OCI_INDEX } from '@lading/manifest'
import type { TarInput } from '@lading/tar'
import { describe, expect, it } from 'vitest'
import { openImage, type Image } from '../src/index.ts'
import { imageOf, putImage } from './support/images.ts'
import { all, putLayer, tarOf, textBytes } from './support/layers.ts'

const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString()
const file = (name: string, body = name) => ({ name, body: textBytes(body) })
const symlink = (name: string, linkName: string) => ({ name, type: 'symlink' as const, linkName })

/** A source that says which blobs were opened, by layer. */
function counted(
  { content, layers }: Awaited<ReturnType<typeof imageOf>>,
  verified = false,
): { readonly source: Source; readonly opened: number[] } {
  const blobs: number[] = []
  const open: Source['open'] = (descriptor, options) => {
    blobs.push(layers.findIndex((layer) => layer.descriptor.digest === descriptor.digest))
    return content.open(descriptor, options)
  }
  return { source: { ...content, open, verified: verified ? true : undefined }, opened: blobs }
}

async function opened(...layers: readonly (readonly TarInput[])[]): Promise<Image> {
  const { content, target } = await imageOf(...layers)
  return openImage(content, target)
}

describe('reading', () => {
  it('begins at the top, and ends at the first layer that has the file or hides it', async () => {
    const image = await imageOf([file('a'), file('b'), file('c')], [file('.wh.b'), file('d')], [file('a', 'upper')])
    const first = counted(image)
    expect(text(await (await openImage(first.source, image.target)).readFile('/a'))).toBe('upper')
    expect(first.opened).toEqual([2])
    const second = counted(image)
    expect(await (await openImage(second.source, image.target)).stat('b')).toBeUndefined()
    expect(second.opened).toEqual([2, 1])
    const third = counted(image)
    expect(text(await (await openImage(third.source, image.target)).readFile('c'))).toBe('c')
    expect(third.opened).toEqual([2, 1, 0])
  })

  it('takes a file as its layer passes, and what a link before it leads to', async () => {
    const image = await imageOf([
      symlink('etc/os-release', '../usr/lib/os-release'),
      symlink('lib', 'usr/lib'),
      file('usr/lib/os-release', 'ID=x\n'),
      file('var/lib/dpkg/status', 'Package: x\n'),
    ])
    const { source, opened: blobs } = counted(image)
    const paths = ['/var/lib/dpkg/status', '/etc/os-release', 'lib/os-release', 'nothing']
    const contents = await (await openImage(source, image.target)).readFiles(paths)
    expect(Array.from(contents, ([path, bytes]) => `${path} ${text(bytes)}`)).toEqual([
      '/var/lib/dpkg/status Package: x\n',
      '/etc/os-release ID=x\n',
      'lib/os-release ID=x\n',
    ])
    expect(blobs).toEqual([0])
  })

  it('reads a layer again for a file that nobody waited for', async () => {
    const image = await imageOf([file('a'), file('b')])
    const { source, opened: blobs } = counted(image)
    const view = await openImage(source, image.target)
    expect(await view.readdir('/')).toEqual(['a', 'b'])
    expect(text(await view.readFile('b'))).toBe('b')
    expect(blobs).toEqual([0, 0])
  })

  it('gives sparse files with their holes', async () => {
    const sparse = {
      name: 'GNUSparseFile.0/s',
      body: Buffer.from('middle'),
      records: new Map([
        ['XNU.sparse.size', textBytes('100020')],
        ['XNU.sparse.numblocks', textBytes('1')],
        ['XNU.sparse.map', textBytes('100000,6')],
        ['XNU.sparse.name', textBytes('s')],
      ]),
    }
    // Nothing here writes sparse files: another keyword of the same length is written, and then changed.
    const tar = Buffer.from(
      Buffer.from(await tarOf([sparse]))
        .toString('latin1')
        .replaceAll('XNU.', 'GNU.'),
      'latin1',
    )
    const content = createMemoryContent()
    const image = await openImage(content, putImage(content, [await putLayer(content, tar)]))
    expect(await image.stat('s')).toMatchObject({ size: 100_020 })
    const bytes = await image.readFile('s')
    expect(bytes).toHaveLength(100_020)
    expect(text(bytes.subarray(99_998, 100_008))).toBe('\0\0middle\0\0')
  })

  it('refuses what is no file, is not there, or is too large', async () => {
    const image = await opened([file('d/f', 'four')])
    await expect(image.readFile('d')).rejects.toMatchObject({ code: 'FILE_OF_ANOTHER_KIND', facts: { path: '/d' } })
    await expect(image.readFile('d/g')).rejects.toMatchObject({ code: 'FILE_NOT_FOUND', facts: { path: '/d/g' } })
    await expect(image.readFile('d/f', { maxBytes: 3 })).rejects.toMatchObject({ code: 'FILE_TOO_LARGE' })
    await expect(image.readdir('d/f')).rejects.toMatchObject({ code: 'FILE_OF_ANOTHER_KIND' })
    await expect(image.readlink('d/f')).rejects.toMatchObject({ code: 'FILE_OF_ANOTHER_KIND' })
    expect(await image.stat('d/f/g')).toBeUndefined()
    expect(await image.stat('d/f/..')).toBeUndefined()
  })

  it('believes nothing before a layer has been verified', async () => {
    const content = createMemoryContent()
    const layer = await putLayer(content, [file('a')])
    const other = await putLayer(content, [file('b')])
    const target = putImage(content, [{ descriptor: layer.descriptor, diffId: other.diffId }])
    await expect((await openImage(content, target)).readFile('a')).rejects.toMatchObject({ code: 'DIFF_ID_MISMATCH' })
  })

  it('goes on after a reading that was given up', async () => {
    const { content, target } = await imageOf([file('a')])
    const stop = new AbortController()
    let hangs = true
    const open: Source['open'] = async function* (descriptor, options) {
      if (hangs) await new Promise(() => undefined)
      yield* content.open(descriptor, options)
    }
    const image = await openImage({ ...content, open }, target)
    const reading = image.readFile('a', { signal: stop.signal })
    const waiting = image.readFile('a')
    hangs = false
    stop.abort(new Error('enough'))
    await expect(reading).rejects.toThrow('enough')
    expect(text(await waiting)).toBe('a')
  })
})

describe('links', () => {
  const layers = [
    [
      file('usr/bin/sh', 'shell'),
      symlink('bin', 'usr/bin'),
      symlink('etc/absolute', '/usr/bin/sh'),
      symlink('etc/up', '../../../../usr/bin/sh'),
      symlink('etc/chain', 'absolute'),
      symlink('loop/a', 'b'),
      symlink('loop/b', 'a'),
      symlink('dangling', 'nowhere'),
      { name: 'hard', type: 'link' as const, linkName: '/usr/bin/sh' },
    ],
    [file('.wh.usr')],
    [file('usr/bin/sh', 'new')],
  ]

  it('are followed inside the root, in the middle of a path and at its end', async () => {
    const image = await opened(...layers)
    for (const path of ['bin/sh', 'etc/absolute', 'etc/up', 'etc/chain', '/../bin/../bin/sh'])
      expect([path, text(await image.readFile(path))]).toEqual([path, 'new'])
    expect(await image.stat('bin')).toMatchObject({ type: 'directory', path: '/usr/bin' })
    expect(await image.lstat('bin')).toMatchObject({ type: 'symlink', target: 'usr/bin', layer: 0 })
    expect(await image.lstat('bin/sh')).toMatchObject({ type: 'file', path: '/usr/bin/sh', layer: 2 })
    expect(await image.readlink('etc/up')).toBe('../../../../usr/bin/sh')
    expect(await image.stat('dangling')).toBeUndefined()
  })

  it('that lead to each other end', async () => {
    await expect((await opened(...layers)).stat('loop/a')).rejects.toMatchObject({ code: 'TOO_MANY_LINKS' })
  })

  it('that are hard keep what is hidden under its other name', async () => {
    const image = await opened(...layers)
    expect(text(await image.readFile('hard'))).toBe('shell')
    expect(await image.stat('hard')).toMatchObject({ layer: 0 })
  })

  it('that are hard lead into lower layers', async () => {
    const image = await opened([file('a', 'base')], [{ name: 'b', type: 'link', linkName: './a' }], [file('a', 'top')])
    expect(text(await image.readFile('b'))).toBe('base')
    expect(text(await image.readFile('a'))).toBe('top')
  })
})

describe('a layer that contradicts itself', () => {
  const link = (name: string, linkName: string) => ({ name, type: 'link' as const, linkName })
  it.each([
    ['a file below a file', [file('a'), file('a/b')]],
    ['a file below a link of its own', [{ name: 'd/', type: 'directory' as const }, symlink('d', '/tmp'), file('d/x')]],
    ['a root that is a link', [symlink('.', '/tmp')]],
    ['a root that is a file', [file('./', '')].map((entry) => ({ ...entry, name: '.' }))],
    ['a hard link to nothing', [link('a', 'b')]],
    ['a hard link to what comes later', [link('a', 'b'), file('b')]],
    ['a hard link to a directory', [file('d/x'), link('a', 'd')]],
    ['a hard link to itself', [link('a', 'a')]],
    ['a hard link through a symbolic one', [file('d/x'), symlink('s', 'd'), link('a', 's/x')]],
    ['a hard link to what it has hidden', [file('.wh.low'), link('a', 'low')]],
  ])('is refused: %s', async (_, entries) => {
    const image = await opened(_.includes('hidden') ? [file('low')] : [{ name: 'etc/', type: 'directory' }], entries)
    await expect(all(image.walk())).rejects.toMatchObject({ code: 'LAYER_INVALID' })
    await expect(all(image.scan())).rejects.toMatchObject({ code: 'LAYER_INVALID' })
  })

  it('may not have a hard link above the root', async () => {
    const image = await opened([link('a', '../etc/passwd')])
    await expect(image.stat('a')).rejects.toMatchObject({ code: 'LAYER_NAME_INVALID' })
  })
})

it('has files of AUFS only where a hard link leads to them', async () => {
  const image = await opened([
    file('.wh..wh.plnk/1.2', 'linked'),
    { name: 'a', type: 'link', linkName: '.wh..wh.plnk/1.2' },
  ])
  expect(await image.readdir('/')).toEqual(['a'])
  expect(text(await image.readFile('a'))).toBe('linked')
  const scanned = (await all(image.scan())).map(({ path, body }) => [path, body !== undefined])
  expect(scanned).toEqual([['/a', true]])
})

it('has names that are no UTF-8', async () => {
  const name = Buffer.from('caf\xe9', 'latin1')
  const image = await opened([{ name, body: textBytes('x') }])
  expect(text(await image.readFile(name))).toBe('x')
  const [, found] = await all(image.walk())
  expect(found).toMatchObject({ path: '/caf\uFFFD', name: new Uint8Array(name) })
  expect(text(Buffer.concat(await all(image.open(found ?? ''))))).toBe('x')
})

it('finds what matches a pattern', async () => {
  const image = await opened([
    file('etc/a.conf'),
    file('etc/x/b.conf'),
    file('a.conf'),
    file('etc/c.txt'),
    file('etc/{'),
    file('a-b'),
  ])
  const found = async (pattern: string): Promise<readonly string[]> =>
    (await all(image.glob(pattern))).map(({ path }) => path)
  expect(await found('/etc/*.conf')).toEqual(['/etc/a.conf'])
  expect(await found('**/*.conf')).toEqual(['/a.conf', '/etc/a.conf', '/etc/x/b.conf'])
  expect(await found('etc/**')).toEqual(['/etc/a.conf', '/etc/c.txt', '/etc/x', '/etc/x/b.conf', '/etc/{'])
  expect(await found('etc/?.{conf,txt}')).toEqual(['/etc/a.conf', '/etc/c.txt'])
  expect(await found('etc/[!a].*')).toEqual(['/etc/c.txt'])
  expect(await found(String.raw`etc/\{`)).toEqual(['/etc/{'])
  expect(await found('etc[/]a.conf')).toEqual([])
  expect(await found('a-b')).toEqual(['/a-b'])
  expect(await found('a[-x]{b,-}')).toEqual(['/a-b'])
  expect(await found('etc/[&a].conf')).toEqual(['/etc/a.conf'])
  expect(await found('etc/[z-ab-b].conf')).toEqual([])
})

describe('which image', () => {
  it('is chosen of an index by platform', async () => {
    const { content, target } = await imageOf([file('a')])
    const index = content.put(
      OCI_INDEX,
      textBytes(
        JSON.stringify({
          schemaVersion: 2,
          mediaType: OCI_INDEX,
          manifests: [{ ...target, platform: { os: 'linux', architecture: 's390x' } }],
        }),
      ),
    )
    const image = await openImage(content, index, { platform: { os: 'linux', architecture: 's390x' } })
    expect(image).toMatchObject({ target: index, descriptor: { digest: target.digest } })
    await expect(openImage(content, index, { platform: { os: 'linux', architecture: 'arm64' } })).rejects.toMatchObject(
      { code: 'PLATFORM_UNAVAILABLE' },
    )
  })

  it('is none when its config has another number of layers', async () => {
    const content = createMemoryContent()
    const layer = await putLayer(content, [file('a')])
    const target = putImage(content, [layer], { rootfs: { type: 'layers', diff_ids: [] } })
    await expect(openImage(content, target)).rejects.toMatchObject({ code: 'IMAGE_INVALID' })
  })

  it('has layers with what made them', async () => {
    const content = createMemoryContent()
    const layer = await putLayer(content, [file('a')])
    const history = [{ created_by: 'ENV a=b', empty_layer: true }, { created_by: 'COPY a' }]
    const { layers } = await openImage(content, putImage(content, [layer], { history }))
    expect(layers[0]?.history?.createdBy).toBe('COPY a')
  })
})
