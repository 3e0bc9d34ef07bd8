// Gives up a layer in the middle and closes at once, so many times: node abort-and-close.ts <root> <digest> <size> <times>
import { createLayerStore } from '@lading/layer-store'
import type { Digest } from '@lading/digest'

const [, , root = '', digest = '', size = '', times = ''] = process.argv
const blob = { digest: digest as Digest, size: Number(size) }
for (let time = 0; time < Number(times); time++) {
  const layers = createLayerStore({ root, workers: 1 })
  await layers.uncompress(blob)
  const stop = new AbortController()
  const running = layers.uncompress(blob, { signal: stop.signal }).catch(() => undefined)
  await new Promise((resolve) => setTimeout(resolve, time % 10))
  stop.abort()
  // The thread has said that it gave up, and this one hears of it when it ends the thread.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10)
  const closed = layers.close()
  await running
  await closed
}
process.stdout.write('all closed')
