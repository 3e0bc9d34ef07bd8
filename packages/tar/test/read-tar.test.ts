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
