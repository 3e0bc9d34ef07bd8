import { spawnSync } from 'node:child_process'
import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unpackLayers, type LayerArchive, type UnpackOptions } from '@lading/rootfs'
import { onTestFinished } from 'vitest'
import { isRoot } from '../../../../test/support/needs.ts'

/** A directory of the test alone. */
export function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), 'lading-rootfs-'))
  onTestFinished(async () => {
    // Who is not root removes nothing below a directory that an image made read-only.
    if (!isRoot) spawnSync('chmod', ['-R', 'u+rwX', directory])
    await rm(directory, { recursive: true, force: true })
  })
  return directory
}

/** Unpacks to a new directory, as whoever runs the test can, and returns where. */
export async function unpacked(layers: readonly LayerArchive[], options: UnpackOptions = {}): Promise<string> {
  const directory = join(scratch(), 'rootfs')
  await unpackLayers(layers, directory, { rootless: !isRoot, ...options })
  return directory
}

/** What is there, by path: a file's content, a link's target behind an arrow; of a directory a slash. */
export function treeOf(directory: string, prefix = ''): Record<string, string> {
  const found: Record<string, string> = {}
  for (const name of readdirSync(directory).toSorted()) {
    const path = join(directory, name)
    const stat = lstatSync(path)
    if (stat.isDirectory()) Object.assign(found, { [`${prefix}${name}/`]: '' }, treeOf(path, `${prefix}${name}/`))
    else if (stat.isSymbolicLink()) found[`${prefix}${name}`] = `-> ${readlinkSync(path)}`
    else found[`${prefix}${name}`] = readFileSync(path, 'utf8')
  }
  return found
}
