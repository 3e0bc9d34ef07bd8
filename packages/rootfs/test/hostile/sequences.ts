import { archive } from '../../../tar/test/support/build.ts'
import { directory, file, hardLink, symlink } from './row.ts'

/** An entry of the alphabet; what comes later differs in mode, time and content. */
type Letter = (position: number) => Buffer

const at = (position: number): { readonly mode: number; readonly mtime: number } => ({
  mode: 0o700 + position,
  mtime: 1000 + position,
})
const aFile =
  (name: string): Letter =>
  (position) =>
    file(name, String(position), at(position))
const aDirectory =
  (name: string): Letter =>
  (position) =>
    directory(name, at(position))
const aLink =
  (name: string, target: string): Letter =>
  (position) =>
    symlink(name, target, at(position))
const aHardLink =
  (name: string, target: string): Letter =>
  (position) =>
    hardLink(name, target, at(position))

/** The first ten are the small alphabet; each letter is one that some program got wrong. */
const alphabet: readonly Letter[] = [
  aFile('a'),
  aDirectory('a/'),
  aLink('a', 'b'),
  aLink('a', '..'),
  aHardLink('a', 'b'),
  aFile('a/b'),
  aFile('b'),
  aDirectory('b/'),
  aFile('.wh.a'),
  aFile('a/.wh..wh..opq'),
  aDirectory('a/b/'),
  aLink('b', '/'),
  aFile('a/.wh.b'),
  aHardLink('b', 'a/b'),
  aLink('b', 'a'),
  aLink('a/b', '../../outside'),
  aDirectory('./'),
  aFile('b/a'),
]
export const SMALL = 10
export const WHOLE: number = alphabet.length
const longest = 4

/** How many sequences of up to four letters there are. */
export const sequences = (letters: number): number =>
  Array.from({ length: longest }, (_, length) => letters ** (length + 1)).reduce((sum, count) => sum + count, 0)

/**
 * The layers of one of these sequences: where one layer ends and the next begins is different from sequence to sequence.
 *
 * @param index below `sequences(letters)`
 */
export function sequence(index: number, letters: number): readonly Uint8Array[] {
  let [rest, length] = [index, 1]
  while (rest >= letters ** length) rest -= letters ** length++
  const entries = Array.from({ length }, (_, position) => {
    const letter = alphabet[Math.floor(rest / letters ** position) % letters] as Letter
    return letter(position)
  })
  const cuts = Math.imul(index, 0x9e37_79b1) >>> 28
  const layers: Buffer[][] = []
  for (const [position, entry] of entries.entries())
    if (position === 0 || (cuts >> position) % 2 === 1) layers.push([entry])
    else layers.at(-1)?.push(entry)
  return layers.map((layer) => archive(...layer))
}
