import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pathOf } from '../../../../test/support/real-parts.ts'

export interface DockerRegistry {
  readonly url: string
  close(): Promise<void>
}

/** Debian's `docker-registry` on a free port, with deletes allowed. */
export async function startDockerRegistry(): Promise<DockerRegistry> {
  const directory = await mkdtemp(join(tmpdir(), 'docker-registry-'))
  const config = join(directory, 'config.yml')
  await writeFile(
    config,
    JSON.stringify({ version: 0.1, log: { level: 'info' }, storage: { filesystem: { rootdirectory: join(directory, 'data') }, delete: { enabled: true } }, http: { addr: '127.0.0.1:0' } }),
  )
  const child = spawn(pathOf('docker-registry'), ['serve', config], { stdio: ['ignore', 'ignore', 'pipe'] })
  let address: string | undefined
  for await (const line of createInterface(child.stderr)) {
    address = /listening on (127\.0\.0\.1:\d+)/.exec(line)?.[1]
    if (address !== undefined) break
  }
  child.stderr.resume()
  if (address === undefined) throw new Error('docker-registry did not start')
  return {
    url: `http://${address}`,
    async close() {
      child.kill()
      await once(child, 'exit')
      await rm(directory, { recursive: true })
    },
  }
}
