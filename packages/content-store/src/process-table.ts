import { readFileSync, readlinkSync } from 'node:fs'
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
  find(pid: number): { readonly started?: string | undefined } | undefined
}

let known: ProcessIdentity | undefined

/** The processes of this machine, from `/proc` where there is one. */
export function nodeProcesses(): ProcessTable {
  return { self, find }
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

function find(pid: number): { readonly started?: string | undefined } | undefined {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: it is there and belongs to somebody else.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return undefined
  }
  const stat = procStat(pid)
  // A killed process whose parent has not collected it still answers to signal 0.
  if (stat !== undefined && (stat.state === 'Z' || stat.state === 'X')) return undefined
  return { started: stat?.started }
}

function procStat(pid: number): { readonly state: string; readonly started: string } | undefined {
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
