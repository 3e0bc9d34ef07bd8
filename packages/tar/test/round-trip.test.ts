import { readTar, type TarInput } from '@lading/tar'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { needs } from '../../../test/support/needs.ts'
import { atScale } from '../../../test/support/scale.ts'
import { tarInput } from './support/arbitrary.ts'
import { differences } from './support/compare.ts'
import { listAll } from './support/lists.ts'
import { readAll, type ReadEntry } from './support/read.ts'
import { inPieces, written } from './support/written.ts'

const entries = (): fc.Arbitrary<TarInput[]> => fc.array(tarInput(), { maxLength: 5 })
const toBuffer = (bytes: string | Uint8Array | undefined): Buffer | undefined =>
  bytes === undefined ? undefined : Buffer.from(bytes as Uint8Array)

/** What an entry says, without where it is. */
const said = (entry: TarInput | ReadEntry): unknown => ({
  name: toBuffer(entry.name),
  type: entry.type,
  mode: entry.mode,
  uid: entry.uid,
  gid: entry.gid,
  userName: entry.userName,
  groupName: entry.groupName,
  mtime: entry.mtime,
  atime: entry.atime,
  ctime: entry.ctime,
  linkName: toBuffer(entry.linkName),
  device: entry.device,
  xattrs:
    entry.xattrs === undefined ? undefined : Object.fromEntries(Array.from(entry.xattrs, ([k, v]) => [k, toBuffer(v)])),
  records:
    entry.records === undefined
      ? undefined
      : Object.fromEntries(Array.from(entry.records, ([k, v]) => [k, toBuffer(v)])),
  body: Buffer.from((entry.body as Uint8Array | undefined) ?? []),
})

it('what is written is read back equal, in pieces of any length', async () => {
  await fc.assert(
    fc.asyncProperty(entries(), fc.integer({ min: 1, max: 1500 }), async (inputs, piece) => {
      const archive = await written(inputs)
      const read = readAll(archive, piece)
      expect(read.map(said)).toEqual(inputs.map(said))
      for (const { offset, bodyOffset, size, body } of read) {
        expect(offset % 512).toBe(0)
        expect(archive.subarray(bodyOffset, bodyOffset + size).equals(body)).toBe(true)
      }
    }),
  )
})

it('the asynchronous reader reads what the synchronous one reads', async () => {
  await fc.assert(
    fc.asyncProperty(entries(), fc.integer({ min: 1, max: 1500 }), fc.nat(), async (inputs, piece, unread) => {
      const archive = await written(inputs)
      const read: unknown[] = []
      let index = 0
      for await (const { body, ...entry } of readTar(inPieces(archive, piece))) {
        const parts: Uint8Array[] = []
        // Some bodies are not read.
        if ((unread >> (index++ % 30)) % 2 === 0) for await (const chunk of body) parts.push(Uint8Array.from(chunk))
        else parts.push(archive.subarray(entry.bodyOffset, entry.bodyOffset + entry.size))
        read.push({ ...entry, body: Buffer.concat(parts) })
      }
      expect(read).toEqual(readAll(archive))
    }),
    { numRuns: atScale(40, 2000) },
  )
})

it('an archive with everything in it is the same in pieces of every length', async () => {
  const archive = await written([
    { name: 'p'.repeat(200), body: Buffer.alloc(700, 'x'), mtime: { seconds: 1, nanoseconds: 5 } },
    { name: 'd/', type: 'directory' },
    { name: 'e', body: Buffer.alloc(1), xattrs: new Map([['user.a', Buffer.alloc(600, 'v')]]) },
  ])
  const whole = readAll(archive)
  const lengths = Array.from({ length: 1100 }, (_, index) => index + 1)
  expect(lengths.filter((piece) => !isSame(readAll(archive, piece), whole))).toEqual([])
})

const isSame = (a: readonly ReadEntry[], b: readonly ReadEntry[]): boolean =>
  a.length === b.length &&
  a.every((entry, index) => JSON.stringify(said(entry)) === JSON.stringify(said(b[index] as ReadEntry)))

it('GNU tar, libarchive and Python read what is written', needs('tar', 'bsdtar', 'python3'), async () => {
  const inputs = fc.sample(entries(), { numRuns: atScale(5, 500) })
  const archives = await Promise.all(inputs.map((all) => written(all)))
  const lists = listAll(archives)
  expect(
    archives.flatMap((archive, index) =>
      differences(archive, lists[index] as (typeof lists)[number]).map(
        (difference) => `${difference} of ${archive.toString('base64')}`,
      ),
    ),
  ).toEqual([])
})
