// A process that puts links to another directory in the place of directories while a tree is written, and takes them away
// again, until it is killed. It says when it begins, and counts on its standard output what it has done.
import { existsSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'

const [, , folder = '', outside = ''] = process.argv
/** As the test has them. */
const names = ['a', ...Array.from({ length: 200 }, (_, index) => `a/${index}`)]
process.stdout.write('begun\n')
/** In one of the two, only what Python does at the end is disturbed: few trees come so far otherwise. */
const folders = [join(folder, 'early'), join(folder, 'late')]
for (let swaps = 0; ;) {
  const temporaries = folders.flatMap((each) => readdirSync(each).map((name) => join(each, name)))
  for (const temporary of temporaries.filter((path) => path.includes('/.lading-unpack-'))) {
    if (temporary.includes('/late/') && !existsSync(join(temporary, 'orders'))) continue
    for (let turn = 0; turn < 20; turn++) {
      const name = names[Math.floor(Math.random() * names.length)] as string
      const path = join(temporary, 'tree', name)
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
}
