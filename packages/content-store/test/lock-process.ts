// `count PATH FILE TIMES`: adds 1 to FILE under the lock. `hang PATH`: holds the lock and never lets go.
import { readFile, writeFile } from 'node:fs/promises'
import { createLock, nodeFileSystem } from '@lading/content-store'

const [mode, path = '', file = '', times = '0'] = process.argv.slice(2)
const lock = createLock({ fs: nodeFileSystem(), path })

if (mode === 'count') {
  for (let index = 0; index < Number(times); index++) {
    await lock.hold(async () => writeFile(file, String(Number(await readFile(file, 'utf8')) + 1)))
  }
} else {
  await lock.hold(async () => {
    process.stdout.write('held\n')
    await new Promise((resolve) => setTimeout(resolve, 60_000))
  })
}
