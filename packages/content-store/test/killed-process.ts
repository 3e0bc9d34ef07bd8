// `ROOT NTH`: does everything that writes, and kills itself at the nth file operation.
import {
  createContentStore,
  createLock,
  createRecordDirectory,
  layoutOf,
  writeFileDurably,
} from '@lading/content-store'
import { faultyFileSystem, unsyncedFileSystem } from '@lading/content-store/testing'
import { blob, bytes, small, smallDigest } from './killed-content.ts'

const [root = '', nth = '0'] = process.argv.slice(2)
let count = 0
const fs = faultyFileSystem(unsyncedFileSystem(), [], {
  before() {
    if (++count === Number(nth)) process.kill(process.pid, 'SIGKILL')
  },
})
const store = createContentStore({ root, fs })

for (const half of [0, 1]) {
  const ingest = await store.ingest(blob)
  if (ingest === undefined) continue
  await ingest.begin({ start: ingest.offset, source: 'test' })
  const until = half === 0 ? blob.size >> 1 : blob.size
  for (let at = ingest.offset; at < until; at += 10_000)
    await ingest.write(bytes.slice(at, Math.min(until, at + 10_000)))
  if (half === 0) await ingest.close()
  else await ingest.commit()
}
const whole = await store.ingest({ digest: smallDigest, size: small.length }, { inMemory: true })
await whole?.begin({ start: 0, source: 'test' })
await whole?.write(small.slice())
await whole?.commit()
const { lock, layers, index } = layoutOf(root)
const record = { fs, directory: layers, maxBytes: 100, parse: (found: Uint8Array) => found }
await createRecordDirectory(record).put(smallDigest, small)
await createLock({ fs, path: lock }).hold(async () => {
  const staged = await store.stage(smallDigest, small)
  await store.makeDurable([blob.digest, smallDigest])
  await staged.publish()
  await writeFileDurably(fs, index, small, { alone: true })
})
await store.remove(smallDigest)
await store.emptyTrash()
process.stdout.write(`${count}\n`)
