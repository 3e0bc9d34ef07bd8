import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { TestRegistryOptions } from '@lading/test-registry'

export interface ChildRegistry {
  readonly url: string
  /** Resident memory, in MiB. */
  memory(): { readonly now: number; readonly peak: number }
  close(): Promise<void>
}

const serve = fileURLToPath(new URL('serve.ts', import.meta.url))

export async function startChildRegistry(options: TestRegistryOptions = {}): Promise<ChildRegistry> {
  const child = spawn(process.execPath, ['--conditions=@lading/source', serve, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const { value } = await lines.next()
  if (value === undefined) throw new Error('the registry did not start')
  return {
    url: value,
    memory() {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
      const mebibytes = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024
      return { now: mebibytes('VmRSS'), peak: mebibytes('VmHWM') }
    },
    async close() {
      child.kill()
      await once(child, 'exit')
    },
  }
}
