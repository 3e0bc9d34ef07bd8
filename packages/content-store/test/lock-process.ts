// `count PATH FILE TIMES`: adds 1 to FILE under the lock. `hang PATH`: holds the lock and never lets go. `stuck PATH` and
// `stuck-lease DIRECTORY`: let go of a lock or a lease that cannot be removed, and go on.
import { readFile, writeFile } from 'node:fs/promises'
import { createLeases, createLock, nodeFileSystem, type FileSystem } from '@lading/content-store'
import { faultyFileSystem } from '@lading/content-store/testing'

const [mode, path = '', file = '', times = '0'] = process.argv.slice(2)
const lock = createLock({ fs: nodeFileSystem(), path })
const goOn = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, 60_000))
const stuck = (at: RegExp): FileSystem =>
  faultyFileSystem(nodeFileSystem(), [{ operation: 'unlink', path: at, nth: 1, errno: 'EPERM', forGood: true }])

if (mode === 'count') {
  for (let index = 0; index < Number(times); index++) {
    await lock.hold(async () => writeFile(file, String(Number(await readFile(file, 'utf8')) + 1)))
  }
} else if (mode === 'stuck') {
  await createLock({ fs: stuck(/lock$/), path }).hold(async () => {})
  process.stdout.write('let go\n')
  await goOn()
} else if (mode === 'stuck-lease') {
  const lease = await createLeases({ fs: stuck(/[0-9a-f]{16}$/), directory: path }).acquire()
  await lease.hold([`sha256:${'a'.repeat(64)}`])
  await lease.release()
  process.stdout.write('let go\n')
  await goOn()
} else {
  await lock.hold(async () => {
    process.stdout.write('held\n')
    await goOn()
  })
}
