import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'

export interface Measured {
  /** Seconds. */
  readonly wall: number
  /** Seconds of the process with all its threads and children, in user and kernel mode. */
  readonly user: number
  readonly system: number
  /** Their sum. */
  readonly cpu: number
  /** High-water mark of resident memory, MiB; where it starts others, the sum of all that lived at once. */
  readonly peak: number
}

const sampleEveryMs = 5

/** The shell tells the times of what it ran to the millisecond; that one's own words go to another descriptor. */
const timed = 'TIMEFORMAT="%R %U %S"; time "$@" 2>&3'

/** Runs a program to its end and measures it with what every machine has: bash and /proc. */
export async function measure(
  program: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Measured> {
  const child = spawn('bash', ['-c', timed, 'bash', program, ...args], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  let times = ''
  child.stderr?.on('data', (chunk: Buffer) => (times += chunk.toString()))
  let complaint = ''
  child.stdio[3]?.on('data', (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(-2000)))
  let peak = 0
  const sampler = setInterval(() => {
    peak = Math.max(peak, peakBelow(child.pid))
  }, sampleEveryMs)
  try {
    const code = await new Promise<number | null>((resolve, reject) =>
      child.once('error', reject).once('close', resolve),
    )
    if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}\n${complaint}`)
  } finally {
    clearInterval(sampler)
  }
  const [wall = 0, user = 0, system = 0] = times.trim().split('\n').at(-1)?.split(' ').map(Number) ?? []
  return { wall, user, system, cpu: user + system, peak }
}

/** Of all that a process has started and that lives. */
function peakBelow(pid: number | undefined): number {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
    return children === '' ? 0 : children.split(' ').reduce((sum, each) => sum + ownPeak(each) + peakBelow(+each), 0)
  } catch {
    return 0
  }
}

function ownPeak(pid: string): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
  } catch {
    // It has just ended; an earlier look stands.
    return 0
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}
