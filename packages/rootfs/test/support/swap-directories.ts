// A process that puts links to another directory in the place of directories while a tree is written, and takes them away
// again, until it is killed. It says when it begins, and counts on its standard output what it has done.
import { readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'

const [, , folder = '', outside = ''] = process.argv
/** As the test has them. */
const names = ['a', ...Array.from({ length: 200 }, (_, index) => `a/${index}`)]
process.stdout.write('begun\n')
for (let swaps = 0; ;) {
  for (const temporary of readdirSync(folder).filter((name) => name.startsWith('.lading-unpack-')))
    for (let turn = 0; turn < 20; turn++) {
      const name = names[Math.floor(Math.random() * names.length)] as string
      const path = join(folder, temporary, 'tree', name)
      try {
        renameSync(path, `${path}.aside`)
        symlinkSync(outside, path)
        if (++swaps % 100 === 0) process.stdout.write('swapped\n')
        // For a moment, or for good.
        if (Math.random() < 0.5) continue
        rmSync(path)
        renameSync(`${path}.aside`, path)
      } catch {
        // It is not there yet, or no longer.
      }
    }
}
