import { ImageError } from '../../packages/image/src/image-error.ts'
import { joinName, parseLayerName } from '../../packages/image/src/layer-name.ts'
import { parseEntryName } from '../../packages/rootfs/src/layer/entry-name.ts'
import { bytesOf } from '../encoding.ts'
import { holds, unlessRefused } from '../refusal.ts'
import type { Target } from '../target.ts'

const pieces = ['/', '/', '..', '.', 'a', 'bc', '.wh.', '.wh..wh.', '.wh..wh..opq', '.opq', '\\', '\0', ' ', '\u00e9']

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

export const layerName: Target = {
  name: 'layer-name',
  generate: (random) => {
    const text = bytesOf(Array.from({ length: random.below(9) }, () => random.pick(pieces)).join(''))
    return random.once(4) ? Uint8Array.from([...text, ...random.bytes(random.below(4))]) : text
  },
  words: pieces,
  check(input) {
    const parsed = unlessRefused(ImageError, input.length, () => parseLayerName(input))
    const entry = unlessRefused(ImageError, input.length, () => parseEntryName(input))
    holds((parsed === undefined) === (entry === undefined), 'unpacking and the merged view disagree about refusing it')
    if (parsed === undefined || entry === undefined) return
    const { kind, path, components } = parsed
    for (const part of components) {
      const text = latin1(part)
      holds(text !== '' && text !== '.' && text !== '..', `a part is ${JSON.stringify(text)}`)
      holds(!text.includes('/') && !text.includes('\0'), 'a part has a slash or a NUL')
    }
    holds(latin1(joinName(components)) === latin1(path), 'its path is not that of its parts')
    const [ours, theirs] = [entry, parsed].map((name) => name.kind)
    holds(ours === theirs, `it is ${ours} for unpacking, and ${theirs} for the merged view`)
    const parts = entry.name === undefined ? entry.parents : [...entry.parents, entry.name]
    holds(parts.join('/') === latin1(path), 'unpacking takes it for another path')
    // Of what is left, nothing is to be cleaned away, and a whiteout is one of an ordinary name.
    if (kind !== 'entry') return
    const again = parseLayerName(path)
    holds(again.kind === 'entry' && latin1(again.path) === latin1(path), 'what was cleaned comes to something else')
  },
}
