import { readTar } from '@lading/tar'
import { expect, it } from 'vitest'
import { inPieces, written } from './support/written.ts'

const three = [
  { name: 'a', body: Buffer.alloc(1300, 'a') },
  { name: 'b', body: Buffer.alloc(0) },
  { name: 'c', body: Buffer.alloc(512, 'c') },
]

it.each([1, 7, 512, 1000, 1_000_000])('passes over bodies that nobody reads, in pieces of %i', async (piece) => {
  const names: string[] = []
  for await (const entry of readTar(inPieces(await written(three), piece))) names.push(entry.path)
  expect(names).toEqual(['a', 'b', 'c'])
})

it.each([1, 7, 512, 1000, 1_000_000])('goes on behind a body that was read in part, in pieces of %i', async (piece) => {
  const seen: [string, boolean][] = []
  for await (const { path, body } of readTar(inPieces(await written(three), piece))) {
    const { value, done } = await body[Symbol.asyncIterator]().next()
    seen.push([path, done === true || value.length > 0])
  }
  expect(seen).toEqual([
    ['a', true],
    ['b', true],
    ['c', true],
  ])
})

it('gives a body once', async () => {
  for await (const { body } of readTar(inPieces(await written(three), 100))) {
    for await (const chunk of body) void chunk
    await expect(body[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'TAR_BODY_GONE' })
  }
})

it('gives no body of an entry that has been left', async () => {
  const bodies: AsyncIterable<Uint8Array>[] = []
  for await (const { body } of readTar(inPieces(await written(three), 100))) bodies.push(body)
  for (const body of bodies)
    await expect(body[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'TAR_BODY_GONE' })
})

it('closes its source when it is left', async () => {
  let closed = false
  const archive = await written(three)
  async function* source(): AsyncIterable<Uint8Array> {
    try {
      yield* inPieces(archive, 512)
    } finally {
      closed = true
    }
  }
  for await (const entry of readTar(source())) if (entry.path === 'a') break
  expect(closed).toBe(true)
})

it.each([
  ['a line of text', Buffer.from('hello\n'), 'TAR_TRUNCATED'],
  ['a picture', Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(2000, 'x')]), 'TAR_CORRUPT'],
  ['a long text', Buffer.from('All work and no play. '.repeat(100)), 'TAR_CORRUPT'],
])('says that %s is no archive', async (_, bytes, code) => {
  await expect(readTar(inPieces(bytes, 700)).next()).rejects.toMatchObject({
    code,
    message: expect.stringContaining('this is not a tar archive'),
  })
})

it('says that nothing came', async () => {
  await expect(readTar(inPieces(Buffer.alloc(0), 1)).next()).rejects.toMatchObject({
    code: 'TAR_TRUNCATED',
    message: expect.stringContaining('it is empty'),
  })
})

it('says of an archive with one wrong byte in its first header that it is broken', async () => {
  const archive = await written(three)
  archive[0] = 0x62
  await expect(readTar(inPieces(archive, 700)).next()).rejects.toMatchObject({
    message: expect.stringContaining('broken at byte 0'),
  })
})

it.each(['an entry', 'a body'])('ends with its signal while the source gives no more of %s', async (what) => {
  const archive = await written(three)
  async function* stalled(): AsyncIterable<Uint8Array> {
    yield what === 'a body' ? archive.subarray(0, 600) : archive.subarray(0, 100)
    await new Promise(() => {})
  }
  const stop = new AbortController()
  const reason = new Error('enough')
  const entries = readTar(stalled(), { signal: stop.signal })
  setImmediate(() => stop.abort(reason))
  const rest = async (): Promise<void> => {
    for await (const { body } of entries) for await (const chunk of body) void chunk
  }
  await expect(rest()).rejects.toBe(reason)
})
