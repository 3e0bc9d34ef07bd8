// Pulls what cannot be pulled, each with a puller of its own that is closed at once, and prints the code of each error:
// node fail-again.ts <folder> <times> <references…>; for a last one that is `full:…`, the disk is full.
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { nodeFileSystem } from '@lading/content-store'
import { faultyFileSystem } from '@lading/content-store/testing'
import { openStore } from '@lading/store'
import { createPuller } from '../../src/index.ts'

const [, , folder = '', times = '', ...references] = process.argv

async function fail(given: string, time: number): Promise<string> {
  const full = given.startsWith('full:')
  const faults = full
    ? [{ operation: 'write' as const, path: /data$|staging/, nth: 1 + (time % 2), errno: 'ENOSPC', forGood: true }]
    : []
  const root = join(folder, `${time}-${given.replaceAll('/', '_')}`)
  const store = await openStore({ root, fs: faultyFileSystem(nodeFileSystem(), faults) })
  const puller = await createPuller({ store })
  try {
    await puller.pull(given.replace('full:', ''), { platform: 'linux/amd64' })
    return 'pulled'
  } catch (error) {
    return (error as { code?: string }).code ?? String(error)
  } finally {
    await puller.close()
    // Their first layer given up, threads may still be starting, or about to say so.
    await sleep(time % 20)
    await store.close()
  }
}

for (let time = 0; time < Number(times); time++)
  for (const reference of references) process.stdout.write(`${await fail(reference, time)}\n`)
