// A registry in a process of its own, so that its memory can be measured: prints its URL and serves until it is stopped. Over
// the channel of its parent it says what it sent.
// Arguments: options of startTestRegistry in JSON.
import { startTestRegistry, type TestRegistryOptions } from '@lading/test-registry'

const registry = await startTestRegistry(JSON.parse(process.argv[2] ?? '{}') as TestRegistryOptions)
process.stdout.write(`${registry.url}\n`)
process.on('message', () => {
  const { entries } = registry.journal
  const blobBytes = entries.filter(({ kind }) => kind === 'blob').reduce((sum, { bytesSent }) => sum + bytesSent, 0)
  process.send?.({ blobBytes, requests: entries.length })
  registry.journal.clear()
})
process.once('SIGTERM', () => {
  process.disconnect?.()
  void registry.close()
})
