// pnpm bench two-hosts: what a cache saves where the registry is behind a line of 100 Mbit/s and 50 ms. Two hosts in network
// namespaces of their own, a line of veth with `tc tbf` at both ends, and a small forwarder for the time (netem is not
// everywhere). For root. LADING_BENCH_MB (default 50), LADING_BENCH_ROUNDS (default 1), LADING_BENCH_CLIENTS (default
// 1,4,16), LADING_BENCH_DIR, LADING_BENCH_TARGETS, LADING_BENCH_JSON.
import { spawnSync } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isRoot } from '../../test/support/needs.ts'
import { missing } from '../../test/support/real-parts.ts'
import { startChildRegistry } from '../registry/child-registry.ts'
import { machineFiles } from '../support/image/machine-files.ts'
import { pushImage } from '../support/registry.ts'
import { folder, megabytes, say, targets } from '../support/settings.ts'
import { openHosts } from './hosts.ts'

const lacking = isRoot ? ['ip', 'tc', 'skopeo'].filter(missing) : ['root']
if (lacking.length > 0) say(`two-hosts: it needs ${lacking.join(', ')}`)
else process.exitCode = await main()

async function main(): Promise<number> {
  const size = megabytes(50)
  await mkdir(targets, { recursive: true })
  const image = await machineFiles(join(folder, `gzip-${size}`), {
    compression: 'gzip',
    size: { compressedBytes: size * 1e6 },
  })
  const storage = { directory: join(folder, 'two-hosts-upstream') }
  const filling = await startChildRegistry({ storage, maxBlobBytes: 2 ** 34 })
  await pushImage(new URL(filling.url).host, 'bench/pull', 'big', image)
  await filling.close()
  const hosts = openHosts()
  try {
    const { far } = hosts
    const registry = await startChildRegistry({ storage, host: far.address }, far.enter)
    try {
      const near = fileURLToPath(new URL('near.ts', import.meta.url))
      const [program, ...args] = [...hosts.near.enter, process.execPath, '--conditions=@lading/source', near]
      return spawnSync(program, [...args, new URL(registry.url).host], { stdio: 'inherit' }).status ?? 1
    } finally {
      await registry.close()
    }
  } finally {
    hosts.close()
  }
}
