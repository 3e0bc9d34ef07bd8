// A registry in a process of its own, so that its memory can be measured: prints its URL and serves until it is stopped.
// Arguments: options of startTestRegistry in JSON.
import { startTestRegistry, type TestRegistryOptions } from '@lading/test-registry'

const registry = await startTestRegistry(JSON.parse(process.argv[2] ?? '{}') as TestRegistryOptions)
process.stdout.write(`${registry.url}\n`)
process.once('SIGTERM', () => void registry.close())
