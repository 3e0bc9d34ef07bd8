import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { layoutOf } from '@lading/content-store'

export const kinds = ['manifest', 'config', 'layer', 'diff-ids', 'images', 'layers'] as const
export type Kind = (typeof kinds)[number]

/** Paths of all files of each kind, sorted. */
export async function targetsIn(root: string): Promise<Readonly<Record<Kind, readonly string[]>>> {
  const { blobs, diffIds, images, layers } = layoutOf(root)
  const found: Record<Kind, string[]> = { manifest: [], config: [], layer: [], 'diff-ids': [], images: [], layers: [] }
  for (const path of await filesIn(join(blobs, 'sha256'))) found[kindOf(await readFile(path))].push(path)
  found['diff-ids'].push(...(await filesIn(join(diffIds, 'sha256'))))
  found.images.push(...(await filesIn(join(images, 'sha256'))))
  found.layers.push(...(await filesIn(join(layers, 'sha256'))))
  return found
}

function kindOf(bytes: Uint8Array): Kind {
  if (bytes[0] !== '{'.charCodeAt(0)) return 'layer'
  return Object.hasOwn(JSON.parse(Buffer.from(bytes).toString()) as object, 'rootfs') ? 'config' : 'manifest'
}

const filesIn = async (directory: string): Promise<readonly string[]> =>
  (await readdir(directory)).toSorted().map((name) => join(directory, name))
