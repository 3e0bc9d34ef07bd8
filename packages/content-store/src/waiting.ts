import { performance } from 'node:perf_hooks'
import { printable } from '@lading/errors'
import { ContentError } from './content-error.ts'
import { silenceMs, type Owner, type Verdict } from './owner.ts'

/** Somebody else has what is needed here, and is waited for. */
export interface Waiting {
  /** Their owner file. Once it is removed, nobody waits for them any longer. */
  readonly path: string
  /** `undefined`: the file does not say. */
  readonly pid: number | undefined
  readonly host: string | undefined
  /** Milliseconds without a sign of life after which they count as dead. `undefined`: they are seen to run. */
  readonly silenceMs: number | undefined
  /** One line for people: for what, and how to go on at once. */
  readonly message: string
}

export interface WaitingOptions {
  /** Told of whoever is waited for longer than a second, each once. What it throws, the one who waits throws. */
  readonly onWaiting?: ((waiting: Waiting) => void) | undefined
}

/** Who keeps a claim from coming about. */
export interface Holder {
  /** Different for each thing held. */
  readonly id: string
  readonly owner: Owner | undefined
  readonly verdict: Exclude<Verdict, 'dead'>
  /** For how long it has given no sign of life, in milliseconds. */
  readonly silentMs: number
}

/** Shorter waits are everyday life of processes that share a store. */
const worthTellingMs = 1_000

/** Looks after one wait: to be told of the holder after each attempt that failed. */
export function watchWait(
  path: string,
  { onWaiting, what = `has ${printable(path)}` }: WaitingOptions & { readonly what?: string | undefined },
): (holder: Holder | undefined) => void {
  let since: { readonly id: string; readonly ms: number; told: boolean } | undefined
  return (holder) => {
    if (holder === undefined) return
    if (since?.id !== holder.id) since = { id: holder.id, ms: performance.now(), told: false }
    if (since.told || performance.now() - since.ms < worthTellingMs) return
    since.told = true
    onWaiting?.(waitingFor(path, what, holder))
  }
}

function waitingFor(path: string, what: string, { owner, verdict }: Holder): Waiting {
  const seen = owner !== undefined && verdict !== 'unknown'
  return {
    path,
    pid: owner?.pid,
    host: owner?.host,
    silenceMs: seen ? undefined : silenceMs,
    message: seen
      ? `waiting for process ${owner.pid}, which ${verdict === 'stopped' ? 'is stopped and ' : ''}${what}; to continue at once, ${howToGoOn(owner.pid, verdict)}`
      : `waiting for ${whoIs(owner)}, up to ${silenceMs / 1000} s; if it has ended, continue at once with: rm ${quoted(path)}`,
  }
}

// Stopped, a process takes no other signal.
const howToGoOn = (pid: number, verdict: Verdict): string =>
  verdict === 'stopped'
    ? `resume it with kill -CONT ${pid}, or end it with kill -KILL ${pid}`
    : `end it with kill ${pid}`

/** The error of whoever has waited long enough. */
export function waitedTooLong(path: string, { owner, verdict, silentMs }: Holder): ContentError {
  const who = owner === undefined ? 'an unknown process' : `process ${owner.pid} on ${printable(owner.host, 100)}`
  return new ContentError(
    'LOCK_TIMEOUT',
    `${who}${verdict === 'stopped' ? ', which is stopped,' : ''} has held ${printable(path)} for ${Number((silentMs / 1000).toPrecision(2))} s without responding`,
    {
      path,
      hint: `${owner === undefined ? `remove ${quoted(path)} if no process uses it` : howToGoOn(owner.pid, verdict)}; or wait longer with --lock-timeout (option \`lockTimeoutMs\`)`,
    },
  )
}

const whoIs = (owner: Owner | undefined): string =>
  owner === undefined
    ? 'an unknown process'
    : `process ${owner.pid} on ${printable(owner.host, 100)}, which cannot be seen from here (another container, machine or boot)`

/** As a shell takes it. */
function quoted(path: string): string {
  const shown = printable(path)
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", `'\\''`)}'`
}
