import { readFileSync, readdirSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** What tells one process apart from every other, also after a reboot, in another container, on another host. */
export interface ProcessIdentity {
  readonly pid: number
  /** In clock ticks since boot; absent where the system does not tell (macOS, Windows). */
  readonly started?: string | undefined
  /** Changes with every boot; absent where the system does not tell. */
  readonly boot?: string | undefined
  /** pids mean something only within one. */
  readonly pidNamespace?: string | undefined
  readonly host: string
}

/** What this process can say about itself and about others of its pid namespace. */
export interface ProcessTable {
  self(): ProcessIdentity
  /** `undefined`: no such process. */
  find(pid: number): FoundProcess | undefined
  /**
   * The same of a process of another pid namespace of this boot, which that one knows by `pid`. `unseen`: it may be there,
   * where this process cannot look. Absent: it never can.
   */
  findIn?(pid: number, started: string): FoundProcess | undefined | 'unseen'
  /** When this machine was booted, by its clock, in milliseconds since 1970. Absent or `undefined`: nobody knows. */
  bootedMs?(): number | undefined
}

export interface FoundProcess {
  readonly started?: string | undefined
  /** By a signal or a debugger; it does nothing until it is let go on. */
  readonly stopped?: boolean | undefined
}

let known: ProcessIdentity | undefined

/** The processes of this machine, from `/proc` where there is one. */
export function nodeProcesses(): ProcessTable {
  return { self, find, findIn, bootedMs }
}

function self(): ProcessIdentity {
  known ??= {
    pid: process.pid,
    started: procStat(process.pid)?.started,
    boot: attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    pidNamespace: attempt(() => readlinkSync('/proc/self/ns/pid')),
    host: hostname(),
  }
  return known
}

function find(pid: number): FoundProcess | undefined {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: it is there and belongs to somebody else.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return undefined
  }
  const stat = procStat(pid)
  if (stat !== undefined && isDone(stat)) return undefined
  return stat === undefined ? {} : foundFrom(stat)
}

/** The one that has every process of the machine below it, whichever namespace that has made for itself (pid_namespaces(7)). */
const initialNamespace = 'pid:[4026531836]'

function findIn(pid: number, started: string): FoundProcess | undefined | 'unseen' {
  if (self().pidNamespace !== initialNamespace) return 'unseen'
  const all = attempt(() => readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name)))
  // Hidden from us where /proc is mounted with hidepid.
  if (all === undefined || namespacePids('1') === undefined) return 'unseen'
  for (const name of all) {
    const pids = namespacePids(name)
    if (pids === undefined || pids.length < 2 || pids.at(-1) !== pid) continue
    const stat = procStat(Number(name))
    if (stat?.started === started && !isDone(stat)) return foundFrom(stat)
  }
  return undefined
}

/** A process's pids, in the namespace that looks first and in its own last (proc_pid_status(5), `NSpid`). */
function namespacePids(pid: string): readonly number[] | undefined {
  const line = attempt(() => readFileSync(`/proc/${pid}/status`, 'latin1'))?.match(/^NSpid:(.*)$/m)?.[1]
  return line?.trim().split(/\s+/).map(Number)
}

function bootedMs(): number | undefined {
  const seconds = attempt(() => readFileSync('/proc/stat', 'latin1'))?.match(/^btime ([0-9]+)$/m)?.[1]
  return seconds === undefined ? undefined : Number(seconds) * 1000
}

interface ProcStat {
  readonly state: string
  readonly started: string
}

// A killed process whose parent has not collected it still answers to signal 0.
const isDone = ({ state }: ProcStat): boolean => state === 'Z' || state === 'X'

const foundFrom = ({ state, started }: ProcStat): FoundProcess =>
  state === 'T' || state === 't' ? { started, stopped: true } : { started }

function procStat(pid: number): ProcStat | undefined {
  const text = attempt(() => readFileSync(`/proc/${pid}/stat`, 'latin1'))
  if (text === undefined) return undefined
  // proc_pid_stat(5): the second field is the name in parentheses and may itself hold spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const state = fields[0]
  const started = fields[19]
  return state === undefined || started === undefined ? undefined : { state, started }
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
