import { createTarReader, listTar, TarError, type TarEntry, type TarFile, type TarReaderOptions } from '@lading/tar'
import { expect, it } from 'vitest'
import { createRandom } from '../../../fuzz/random.ts'
import { atScale } from '../../../test/support/scale.ts'
import { archive, header, member } from './support/build.ts'
import { hostileArchive } from './support/hostile.ts'

/** A file that begins with these bytes, and goes on with zeros up to its size. */
function fileOf(bytes: Uint8Array, { most = Infinity, size = bytes.length } = {}): TarFile & { bytesRead(): number } {
  let total = 0
  return {
    size,
    async read(buffer, position) {
      const count = Math.min(buffer.length, size - position, most)
      buffer.fill(0, 0, count).set(bytes.subarray(position, position + count))
      total += count
      return count
    },
    bytesRead: () => total,
  }
}

async function listed(file: TarFile, options?: TarReaderOptions): Promise<readonly TarEntry[]> {
  const entries: TarEntry[] = []
  for await (const entry of listTar(file, options)) entries.push(entry)
  return entries
}

function entriesOf(bytes: Uint8Array, options: TarReaderOptions): readonly TarEntry[] {
  const entries: TarEntry[] = []
  const reader = createTarReader({ entry: (entry) => void entries.push(entry) }, options)
  reader.push(bytes)
  reader.end()
  return entries
}

const outcome = async (read: () => unknown): Promise<unknown> => {
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof TarError)) throw error
    return `${error.code} ${error.message}`
  }
}

it('lists what reading all of it gives, and refuses the same for the same reason', async () => {
  const seed = Number(process.env['LADING_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 32))
  for (let index = 0; index < atScale(100, 20_000); index++) {
    const bytes = hostileArchive(createRandom(seed, index))
    const endMarker = index % 2 === 0 ? 'required' : 'optional'
    const all = await outcome(() => entriesOf(bytes, { endMarker }))
    const most = index % 3 === 0 ? 1 + (index % 700) : Infinity
    expect(await outcome(() => listed(fileOf(bytes, { most }), { endMarker })), `${index} of seed ${seed}`).toEqual(all)
  }
})

it('reads nothing of a body of 10 GB, nor what is behind the end', async () => {
  const size = 10 * 1024 ** 3
  const large = Buffer.concat([member({ name: 'first' }, 'abc'), header({ name: 'large', size: size.toString(8) })])
  const [first, second] = await listed(fileOf(large, { size: large.length + size + 1024 + 5_000_000 }))
  expect([first?.path, second?.path, second?.size]).toEqual(['first', 'large', size])
  const file = fileOf(large, { size: large.length + size + 1024 + 5_000_000 })
  await listed(file)
  expect(file.bytesRead()).toBeLessThanOrEqual(2 * 65_536)
})

it.each([
  ['a body', -1500],
  ['its padding', -1100],
])('refuses an archive that ends within %s, which was not read', async (_, end) => {
  const size = 100_001
  const bytes = archive(member({ name: 'a', size }, 'x'.repeat(size)))
  await expect(listed(fileOf(bytes, { size: bytes.length + end }))).rejects.toMatchObject({
    code: 'TAR_TRUNCATED',
    facts: { offset: bytes.length + end },
  })
})

it('ends with its signal', async () => {
  const stop = new AbortController()
  const bytes = archive(header({ name: 'a' }), header({ name: 'b' }))
  const entries = listTar(fileOf(bytes, { most: 512 }), { signal: stop.signal })
  await entries.next()
  stop.abort(new Error('enough'))
  await expect(entries.next()).rejects.toThrow('enough')
})
