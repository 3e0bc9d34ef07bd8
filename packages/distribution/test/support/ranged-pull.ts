import { createPuller } from '../../src/index.ts'

// A pull in several ranges, in a process that can be killed. It says when the store has so many bytes.

const [root = '', reference = '', after = '0'] = process.argv.slice(2)
const puller = await createPuller({ root, jobs: 4 })
await puller.pull(reference, {
  platform: 'linux/amd64',
  ranges: 4,
  verify: 'digest',
  onEvent(event) {
    if (event.type === 'layer:bytes' && event.current >= Number(after)) process.stdout.write(`${event.current}\n`)
  },
})
await puller.close()
