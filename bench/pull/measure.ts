import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'

export interface Measured {
  /** Seconds. */
  readonly wall: number
  /** User and system seconds of the process with all its threads. */
  readonly cpu: number
  /** High-water mark of resident memory, MiB. */
  readonly peak: number
}

/** The kernel counts CPU in ticks of 10 ms on every platform that Node supports with /proc. */
const ticksPerSecond = 100
const sampleEveryMs = 5

/** Runs a program to its end and measures it from /proc, so that nothing has to be installed. */
export async function measure(
  program: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Measured> {
  const began = performance.now()
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...env } })
  let complaint = ''
  child.stderr.on('data', (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(-2000)))
  let cpu = 0
  let peak = 0
  const sampler = setInterval(() => {
    try {
      // The command's name may hold blanks and brackets; the fields begin after the last bracket.
      const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
      cpu = (Number(fields[11]) + Number(fields[12])) / ticksPerSecond || cpu
      peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024 || peak
    } catch {
      // It has just ended; the last sample stands.
    }
  }, sampleEveryMs)
  try {
    const code = await new Promise<number | null>((resolve, reject) =>
      child.once('error', reject).once('close', resolve),
    )
    if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}\n${complaint}`)
  } finally {
    clearInterval(sampler)
  }
  return { wall: (performance.now() - began) / 1000, cpu, peak }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}
