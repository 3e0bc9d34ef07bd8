// One of several processes that write to one root at once: publishes and tags under names of its own, and removes a few.
// It says when it is ready and starts at the first byte it is sent, so that all start together.
import { once } from 'node:events'
import { unsyncedFileSystem } from '@lading/content-store/testing'
import { parseReference } from '@lading/reference'
import { openStore } from '../../src/index.ts'
import { image } from './image.ts'
import { pull } from './pull.ts'

const [root = '', who = '', count = '0'] = process.argv.slice(2)
const store = await openStore({ root, fs: unsyncedFileSystem(), workers: 0 })
process.stdout.write('ready')
await once(process.stdin, 'data')
process.stdin.destroy()
for (let n = 0; n < Number(count); n += 1) {
  const one = image(['shared base', `${who} ${n % 3}`])
  await pull(store, `${who}:${n}`, one)
  await store.tag(`${who}:${n}`, parseReference(`common/${who}:${n}`))
  await pull(store, `${who}:gone`, one)
  await store.remove(`${who}:gone`)
}
await store.close()
