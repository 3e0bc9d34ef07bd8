// A process that pulls many images at once and says what it took: see run.ts. Arguments: root, host, count, at once.
import { readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { createPuller } from '@lading/distribution'

const [root = '', host = '', count = '0', atOnce = '1'] = process.argv.slice(2)
const descriptors = (): number => readdirSync('/proc/self/fd').length
let most = 0
const look = setInterval(() => (most = Math.max(most, descriptors())), 100)

const puller = await createPuller({ root, jobs: 16 })
// What a first pull opens for good (a pool of threads, a hash engine) is no leak.
await puller.pull(`${host}/t/app0:1`, { platform: 'linux/amd64' })
const before = descriptors()
const failed: string[] = []
const numbers = Array.from({ length: Number(count) }, (_, number) => number).values()
const lane = async (): Promise<void> => {
  for (const number of numbers) {
    const reference = `${host}/t/app${number}:1`
    await puller.pull(reference, { platform: 'linux/amd64' }).catch((error: unknown) => {
      failed.push(`${reference}: ${String(error)}`)
    })
  }
}
await Promise.all(Array.from({ length: Number(atOnce) }, lane))
await puller.close()
clearInterval(look)
// Sockets of a closed pool are given back by the system a little later.
await sleep(500)
const peak = process.resourceUsage().maxRSS * 1024
process.stdout.write(`${JSON.stringify({ failed, peak, before, after: descriptors(), most })}\n`)
