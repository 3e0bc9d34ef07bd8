import type { LayerArchive } from '../../src/layer-archive.ts'
import { directory, file, layer, link, symlink } from './layers.ts'

const fine = { seconds: 1_700_000_000, nanoseconds: 5 }

/** A little of everything, so that unpacking it makes every call there is. */
export const killedLayers: readonly LayerArchive[] = [
  layer(
    ...Array.from({ length: 20 }, (_, index) => file(`m/${index}`, 'm')),
    directory('d/', { mode: 0o555 }),
    file('d/a', 'a', { mode: 0o4755 }),
    file('d/e/b', 'b'),
    file('gone', 'x'),
  ),
  layer(file('.wh.gone'), link('c', 'd/a'), symlink('l', 'd'), { name: 'p', type: 'fifo', mtime: fine }),
  layer(file('d/e/.wh..wh..opq'), file('d/e/f', 'f')),
]
