import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { tar } from '@lading/test-registry'
import { imageOf, keep, kept, sha256, type BenchImage, type BenchLayer } from './image.ts'

export interface SmallLayers {
  readonly layers: number
  /** Of each, compressed. */
  readonly bytes: number
  /** What goes before, from another image. */
  readonly after?: readonly BenchLayer[] | undefined
}

/** An image of many small gzip layers, each of one file that compresses to half; made once per folder. */
export const smallLayers = (folder: string, { layers, bytes, after = [] }: SmallLayers): Promise<BenchImage> =>
  kept(folder, async () => {
    const made: BenchLayer[] = [...after]
    for (let index = 0; index < layers; index += 1) {
      const content = tar({ [`file-${index}`]: randomBytes(bytes).toString('hex') })
      const blob = await keep(join(folder, `layer-${index}.tar.gz`), gzipSync(content))
      made.push({ ...blob, diffId: sha256(content), uncompressed: content.length })
    }
    return imageOf(folder, made)
  })
