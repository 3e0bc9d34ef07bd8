import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises'
import fs, { statSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { unpackLayers } from '@lading/rootfs'
import { expect, it, onTestFinished } from 'vitest'
import { isRoot } from '../../../test/support/needs.ts'
import { directory, file, layer } from './support/layers.ts'

const { renameSync } = fs

/** As rename(2) is to who is not root, whoever runs this: a directory that may not be written to keeps its parent. */
function renameAsAnybody(onRenamed: (to: string) => void): void {
  const parentOf = (path: string): number => statSync(dirname(path)).ino
  fs.renameSync = (from, to) => {
    const [source, target] = [String(from), String(to)]
    const stat = statSync(source, { throwIfNoEntry: false })
    const moves = stat?.isDirectory() === true && parentOf(source) !== parentOf(target)
    if (moves && (stat.mode & 0o200) === 0) throw Object.assign(new Error('EACCES: not allowed'), { code: 'EACCES' })
    renameSync(from, to)
    onRenamed(target)
  }
  syncBuiltinESMExports()
  onTestFinished(() => {
    fs.renameSync = renameSync
    syncBuiltinESMExports()
  })
}

it('a root directory that may not be written to has its mode from the moment it is there', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'lading-rename-'))
  const there = join(parent, 'root')
  onTestFinished(async () => {
    // Only root removes what is in it as it is.
    await chmod(there, 0o755).catch(() => undefined)
    await rm(parent, { recursive: true, force: true })
  })
  const modes: string[] = []
  renameAsAnybody((to) => {
    if (to.endsWith('/root')) modes.push((statSync(there).mode & 0o777).toString(8))
  })
  const layers = [layer(directory('./', { mode: 0o555 }), file('a', 'a'))]
  await unpackLayers(layers, there, { rootless: !isRoot })
  expect(modes).toEqual(['555'])
  expect((await readdir(parent)).toSorted()).toEqual(['root', 'root.lading.ndjson'])
})
