// Pulls what cannot be pulled, each with a puller of its own that is closed at once, and prints the code of each error:
// node fail-again.ts <folder> <reference> <full disk: 0 or 1> <times>
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { nodeFileSystem } from '@lading/content-store'
import { faultyFileSystem } from '@lading/content-store/testing'
import { openStore } from '@lading/store'
import { createPuller } from '../../src/index.ts'

const [, , folder = '', reference = '', full = '', times = ''] = process.argv
for (let time = 0; time < Number(times); time++) {
  const faults =
    full === '1'
      ? [{ operation: 'write' as const, path: /data$/, nth: 1 + (time % 2), errno: 'ENOSPC', forGood: true }]
      : []
  const store = await openStore({ root: join(folder, String(time)), fs: faultyFileSystem(nodeFileSystem(), faults) })
  const puller = await createPuller({ store })
  try {
    await puller.pull(reference, { platform: 'linux/amd64' })
    process.stdout.write('pulled\n')
  } catch (error) {
    process.stdout.write(`${(error as { code?: string }).code ?? String(error)}\n`)
  }
  await puller.close()
  // Their first layer given up, threads may still be starting, or about to say so.
  await sleep(time % 20)
  await store.close()
}
