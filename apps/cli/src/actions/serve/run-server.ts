import { once } from 'node:events'
import {
  compareInThread,
  createFront,
  createLoginCheck,
  createMetrics,
  defaultLimits,
  openListener,
  stopListener,
  type Listener,
} from '@lading/serve/front'
import type { CommandContext } from '../../context.ts'
import { rootOf } from '../open-store.ts'
import { warnAt } from '../client-options.ts'
import { boundedLines } from './access-log.ts'
import { announcement } from './announcement.ts'
import { assertSafe } from './assert-safe.ts'
import { openCache } from './open-cache.ts'
import { openMonitor } from './open-monitor.ts'
import type { Plan } from './plan.ts'
import type { ServeOptions } from './serve-options.ts'

/** What is on its way may arrive for so long, and then be put in order, in milliseconds. */
const [graceMs, orderMs] = [30_000, 8_000]

/** Serves until the signal of the process, and ends in good order. */
export async function runServer(plan: Plan, options: ServeOptions, context: CommandContext): Promise<void> {
  const { signal, terminal } = context
  const metrics = createMetrics()
  const warn = warnAt(context)
  const comparer = compareInThread()
  const { users, certificate, upstreams } = plan
  const open: Listener[] = []
  const cleanUp: (() => Promise<unknown>)[] = [() => comparer.close()]
  let stopping = false
  try {
    let listener: Listener | undefined
    const cache = await openCache(plan, options, { context, metrics, warn, line: boundedLines(context.output) })
    cleanUp.unshift(() => cache.close())
    const front = createFront({
      handle: (request, response, who) => cache.handle(request, response, who),
      connections: () => listener?.connections ?? { isSurplus: () => false },
      limits: defaultLimits,
      checkLogin: users === undefined ? undefined : createLoginCheck({ users: () => users.current(), comparer }),
      onEvent: cache.onEvent,
    })
    const { connections, connectionsPerClient } = defaultLimits
    listener = await openListener(front, { at: plan.at, certificate, connections, connectionsPerClient })
    open.push(listener)
    const [hasTls, hasPasswords] = [certificate !== undefined, users !== undefined]
    assertSafe({ ...listener, hasTls, hasPasswords, upstreams })
    const monitor =
      plan.metricsAt === undefined
        ? undefined
        : await openMonitor(plan.metricsAt, { cache, metrics, listener, upstreams, isStopping: () => stopping })
    if (monitor !== undefined) open.push(monitor)
    const facts = { hasTls, hasPasswords, upstreams, offline: options.offline === true, metrics: monitor?.address }
    for (const line of announcement({ ...listener, ...facts, root: rootOf(options, context) }))
      terminal.write(`${line}\n`)
    context.setGrace(graceMs + orderMs)
    if (!signal.aborted) await once(signal, 'abort')
    stopping = true
    const left = listener.connections.all
    if (left > 0) terminal.write(`Stopping: transfers may finish for up to ${graceMs / 1000} s\n`)
    const cut = await stopListener(listener, { graceMs })
    if (cut > 0) warn(`${cut} connections were cut`)
  } finally {
    for (const { server, connections } of open) {
      connections.cut()
      server.close()
    }
    for (const close of cleanUp) await close()
  }
}
