import fc from 'fast-check'
import { expect, it } from 'vitest'
import { atScale } from '../../../test/support/scale.ts'
import { openImage, type Image, type ImageFile } from '../src/index.ts'
import { imageOf } from './support/images.ts'
import { all } from './support/layers.ts'
import { applyLayers, tarInput, type Inode, type Op } from './support/model.ts'

const path = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'))

const op: fc.Arbitrary<Op> = fc.oneof(
  fc.record({ kind: fc.constant('file' as const), path, text: fc.integer({ min: 0, max: 999 }).map(String) }),
  fc.record({ kind: fc.constant('directory' as const), path, mode: fc.constantFrom(0o700, 0o755, 0o1777) }),
  fc.record({ kind: fc.constant('symlink' as const), path, target: path }),
  fc.record({ kind: fc.constant('link' as const), path, target: path }),
  fc.record({ kind: fc.constant('whiteout' as const), path }),
  fc.record({ kind: fc.constant('opaque' as const), path }),
)

const layers = fc.array(fc.array(op, { maxLength: 7 }), { minLength: 1, maxLength: 4 })

/** In the model's words. */
async function told(image: Image, file: ImageFile): Promise<string> {
  const { type, mode, target, layer } = file
  if (type === 'directory') return `directory ${mode.toString(8)} of ${layer}`
  if (type === 'symlink') return `symlink ${target} of ${layer}`
  const parts: Uint8Array[] = []
  for await (const part of image.open(file)) parts.push(part)
  return `file ${Buffer.concat(parts).toString()} of ${layer}`
}

const expected = ({ what, layer }: Inode): string => `${what} of ${layer}`

/** Names that share a file, as groups. */
function groups(inodes: Iterable<readonly [string, unknown]>): readonly string[] {
  const byInode = new Map<unknown, string[]>()
  for (const [name, inode] of inodes) byInode.set(inode, [...(byInode.get(inode) ?? []), name])
  return [...byInode.values()].map((names) => names.toSorted().join(' ')).toSorted()
}

it('shows what is left when layers are applied one after the other', async () => {
  await fc.assert(
    fc.asyncProperty(layers, async (given) => {
      const { tree, taken } = applyLayers(given)
      const { content, target } = await imageOf(...taken.map((ops) => ops.map(tarInput)))
      const image = await openImage(content, target)

      const walked = new Map<string, ImageFile>()
      for await (const file of image.walk()) if (file.path !== '/') walked.set(file.path.slice(1), file)
      expect([...walked.keys()]).toEqual([...walked.keys()].toSorted(byParts))
      const seen = await Promise.all([...walked].map(async ([name, file]) => [name, await told(image, file)]))
      expect(Object.fromEntries(seen)).toEqual(
        Object.fromEntries([...tree].map(([name, inode]) => [name, expected(inode)])),
      )
      const files = [...tree].filter(([, { isDirectory }]) => !isDirectory)
      const links = groups(
        [...walked].filter(([, { type }]) => type !== 'directory').map(([name, { inode }]) => [name, inode]),
      )
      expect(links).toEqual(groups(files))

      // One path at a time, by another that has read nothing yet.
      const lazy = await openImage(content, target)
      for (const [name, inode] of tree) {
        const file = await lazy.lstat(name)
        expect(file === undefined ? 'nothing' : await told(lazy, file)).toBe(expected(inode))
      }

      const scanned = new Map<string, string>()
      const bodies = new Map<string, string>()
      for await (const { path: name, type, target: to, layer, inode, body, isGone } of image.scan()) {
        if (body !== undefined) bodies.set(inode, Buffer.concat(await all(body)).toString())
        if (isGone === true) scanned.delete(name.slice(1))
        else scanned.set(name.slice(1), `${type} ${to ?? bodies.get(inode)} of ${layer}`)
      }
      expect(Object.fromEntries(scanned)).toEqual(
        Object.fromEntries(files.map(([name, inode]) => [name, expected(inode)])),
      )
    }),
    { numRuns: atScale(40, 2000) },
  )
})

/** Parents before what is in them, and all that is in them before what comes after. */
function byParts(a: string, b: string): number {
  const [left, right] = [a.replaceAll('/', '\0'), b.replaceAll('/', '\0')]
  return left < right ? -1 : 1
}
