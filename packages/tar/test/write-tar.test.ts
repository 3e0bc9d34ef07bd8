import { END_OF_ARCHIVE, encodeTarHeader, tarPadding, TarError, type TarInput, writeTar } from '@lading/tar'
import { describe, expect, it } from 'vitest'
import { readAll } from './support/read.ts'
import { written } from './support/written.ts'

const file: TarInput = { name: 'a', body: Buffer.from('hello') }

async function refusal(input: TarInput): Promise<string | undefined> {
  try {
    await written([input])
    return undefined
  } catch (error) {
    if (!(error instanceof TarError)) throw error
    return error.message
  }
}

it.each<readonly [what: string, input: TarInput, blocks: number]>([
  ['an ordinary file', { name: 'a', size: 5 }, 1],
  ['a name of 100 bytes', { name: 'n'.repeat(100) }, 1],
  ['a name of 101 bytes', { name: 'n'.repeat(101) }, 3],
  ['a name that a prefix makes fit', { name: `${'p'.repeat(155)}/${'n'.repeat(100)}` }, 1],
  ['a name that is not ASCII', { name: 'é' }, 1],
  ['a size of 8 GiB less one', { name: 'a', size: 8 ** 11 - 1 }, 1],
  ['a size of 8 GiB', { name: 'a', size: 8 ** 11 }, 3],
  ['the largest user', { name: 'a', uid: 2_097_151 }, 1],
  ['a user beyond it', { name: 'a', uid: 2_097_152 }, 3],
  ['a time with nanoseconds', { name: 'a', mtime: { seconds: 1, nanoseconds: 1 } }, 3],
  ['a time before 1970', { name: 'a', mtime: { seconds: -1, nanoseconds: 0 } }, 3],
  ['a target of 100 bytes', { name: 'a', type: 'symlink', linkName: 'l'.repeat(100) }, 1],
  ['a target of 101 bytes', { name: 'a', type: 'symlink', linkName: 'l'.repeat(101) }, 3],
  ['an extended attribute', { name: 'a', xattrs: new Map([['user.a', Buffer.from('b')]]) }, 3],
])('%s takes a PAX header only where ustar cannot say it', (_what, input, blocks) => {
  expect(encodeTarHeader(input).length).toBe(blocks * 512)
})

describe.each<readonly [what: string, input: TarInput]>([
  ['no name', { name: '' }],
  ['a NUL in its name', { name: 'a\0b' }],
  ['a file with a slash at its end', { name: 'a/' }],
  ['a body of what has none', { name: 'a', type: 'fifo', size: 1 }],
  ['a negative size', { name: 'a', size: -1 }],
  ['half a byte', { name: 'a', size: 0.5 }],
  ['a mode that does not fit', { name: 'a', mode: 0o10000000 }],
  ['a user beyond 2^32', { name: 'a', uid: 2 ** 32 }],
  ['a time that is none', { name: 'a', mtime: { seconds: NaN, nanoseconds: 0 } }],
  ['too many nanoseconds', { name: 'a', mtime: { seconds: 0, nanoseconds: 1e9 } }],
  ['a link without a target', { name: 'a', type: 'link' }],
  ['a target of what is no link', { name: 'a', linkName: 'b' }],
  ['a device without numbers', { name: 'a', type: 'block-device' }],
  ['a record of its own', { name: 'a', records: new Map([['path', Buffer.from('b')]]) }],
  ['a record that is read otherwise', { name: 'a', records: new Map([['GNU.volume.label', Buffer.from('b')]]) }],
  ['an attribute with a sign of equality', { name: 'a', xattrs: new Map([['user.a=b', Buffer.from('c')]]) }],
])('%s', (_what, input) => {
  it('is not written', async () => {
    expect(await refusal(input)).toMatch(/^the tar entry ".*" cannot be written: /)
  })
})

it.each<readonly [what: string, body: TarInput['body'], size: number]>([
  ['longer', Buffer.from('hello'), 4],
  ['shorter', Buffer.from('hello'), 6],
  ['longer, in pieces', [Buffer.from('hel'), Buffer.from('lo')], 4],
])('a body that is %s than its size ends the archive', async (_what, body, size) => {
  await expect(written([{ name: 'a', body, size }])).rejects.toMatchObject({ code: 'TAR_BODY_SIZE' })
})

it('sorted, with fixed times and owners, the same files give the same bytes', async () => {
  const options = { sorted: true, mtime: { seconds: 5, nanoseconds: 0 }, owner: { uid: 0, gid: 0 } }
  const one = await written(
    [{ ...file, uid: 7, userName: 'me', mtime: { seconds: 1, nanoseconds: 2 } }, { name: 'é' }, { name: 'B' }],
    options,
  )
  const other = await written(
    [{ name: 'B', gid: 3 }, { name: 'é', atime: { seconds: 9, nanoseconds: 0 } }, file],
    options,
  )
  expect(one.equals(other)).toBe(true)
  expect(readAll(one).map(({ path }) => path)).toEqual(['B', 'a', 'é'])
})

it('bodies are asked for when their turn has come', async () => {
  const asked: string[] = []
  async function* body(name: string): AsyncIterable<Uint8Array> {
    asked.push(name)
    yield Buffer.from('x')
  }
  const archive = writeTar([
    { name: 'a', size: 1, body: body('a') },
    { name: 'b', size: 1, body: body('b') },
  ])
  await archive.next()
  expect(asked).toEqual([])
  await archive.next()
  expect(asked).toEqual(['a'])
  await archive.return()
})

it('headers, padding and end put together are an archive', () => {
  const archive = Buffer.concat([
    encodeTarHeader({ name: 'a', size: 5 }),
    Buffer.from('hello'),
    Buffer.alloc(tarPadding(5)),
    END_OF_ARCHIVE,
  ])
  expect(readAll(archive)).toMatchObject([{ path: 'a', body: Buffer.from('hello') }])
})
