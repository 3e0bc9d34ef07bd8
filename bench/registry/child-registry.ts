import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { TestRegistryOptions } from '@lading/test-registry'

export interface Counted {
  readonly blobBytes: number
  readonly requests: number
}

export interface ChildRegistry {
  readonly url: string
  /** Resident memory, in MiB. */
  /** Bytes of blobs that it sent, and requests for anything, since the last time. */
  counted(): Promise<Counted>
  memory(): { readonly now: number; readonly peak: number }
  close(): Promise<void>
}

const serve = fileURLToPath(new URL('serve.ts', import.meta.url))

/** @param enter what stands before a command that is run elsewhere, in a network namespace say */
export async function startChildRegistry(
  options: TestRegistryOptions = {},
  enter: readonly string[] = [],
): Promise<ChildRegistry> {
  const [program, ...args] = [...enter, process.execPath, '--conditions=@lading/source', serve]
  const child = spawn(program, [...args, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  if (child.stdout === null) throw new Error('it has an output')
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const { value } = await lines.next()
  if (value === undefined) throw new Error('the registry did not start')
  return {
    url: value,
    async counted() {
      const told = once(child, 'message')
      child.send('count')
      const [counted] = (await told) as [Counted]
      return counted
    },
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
