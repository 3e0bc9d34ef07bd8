import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startTestRegistry } from '@lading/test-registry'
import { createRandom } from '../../fuzz/random.ts'
import { startBalancer } from './balancer.ts'
import { startCluster } from './cluster.ts'
import { createKiller, type Kind, type Victim } from './kills.ts'
import { playRound, type Fleet } from './round.ts'
import { createServer, type FleetServer } from './server.ts'
import { makeSharedStore } from './shared-store.ts'
import { fleetTimes } from './times.ts'

export interface FleetRun {
  /** Kills of servers, gateways and the disk, while pulls are under way. 0: one round without any. */
  readonly count: number
  readonly seed: number
  /** Small layers, and a disk in memory, which cannot be killed. Default false. */
  readonly small?: boolean
  readonly say: (line: string) => void
}

export interface FleetResult {
  readonly kills: Readonly<Record<Kind, number>>
  readonly rounds: number
  readonly pulls: number
  /** Bytes of blobs that have to leave the upstream, and those that left it again after a kill of a server. */
  readonly once: number
  readonly again: number
  /** The most that one kill of a server cost, in bytes. */
  readonly most: number
  readonly violations: readonly string[]
}

const servers = 3
/** What one kill of a server may cost: a chunk that was not in the store yet, and 8 MiB that were on their way. */
const costLimit = 12 * 1024 * 1024
/** Of the upstream: blobs are on their way for seconds, and no owner is so slow that another one overtakes it. */
const totalBytesPerSecond = 6_000_000

/** Workers behind servers that share a bucket of Ceph pull images, round after round, while everybody but the workers is killed. */
export async function runFleet({ count, seed, small = false, say }: FleetRun): Promise<FleetResult> {
  const folder = await mkdtemp(join(tmpdir(), 'lading-fleet-'))
  const opened: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true })]
  try {
    const cluster = await startCluster(folder, { objectStore: small ? 'memstore' : 'bluestore' })
    opened.push(() => cluster.close())
    const registry = await startTestRegistry({ totalBytesPerSecond })
    opened.push(() => registry.close())
    const prefix = 'shared'
    // It looks through each gateway whether the engine can hold a store, and so all of them have to be there this once.
    await makeSharedStore(cluster, prefix)
    const all = await startServers()
    const balancer = await startBalancer(all.map(({ url }) => url))
    opened.push(() => balancer.close())
    const fleet: Fleet = { folder, registry, cluster, prefix, servers: all, balancer, scale: small ? 0.1 : 1 }
    const killer = createKiller(victims(fleet), createRandom(seed, 1_000_000))
    const total = { rounds: 0, pulls: 0, once: 0, again: 0, most: 0 }
    const violations: string[] = []
    const killed = (): number => Object.values(killer.kills).reduce((sum, each) => sum + each, 0)
    do {
      const before = { ...killer.kills }
      const round = await playRound(fleet, { number: total.rounds, seed, killer, kills: count - killed() })
      const costs = [...round.sent.again.values()]
      for (const bytes of costs)
        if (bytes > costLimit) violations.push(`round ${total.rounds}: a kill of a server cost ${bytes} bytes`)
      if (costs.length > killer.kills.server - before.server)
        violations.push(`round ${total.rounds}: more servers asked again than were killed`)
      violations.push(...round.violations)
      if (round.violations.length > 0) violations.push(...(await cluster.lost()))
      total.rounds += 1
      total.pulls += round.pulls
      total.once += round.once
      total.again += costs.reduce((sum, each) => sum + each, 0)
      total.most = Math.max(total.most, ...costs)
      if (total.rounds % 20 === 0) say(`  ${killed()} kills, ${total.rounds} rounds, ${violations.length} violations`)
    } while (killed() < count)
    return { ...total, kills: killer.kills, violations }

    async function startServers(): Promise<readonly FleetServer[]> {
      const created: FleetServer[] = []
      for (let at = 0; at < servers; at++) {
        const server = await createServer({
          root: cluster.root(prefix),
          upstream: registry.host,
          env: cluster.env,
          times: fleetTimes,
        })
        opened.push(() => server.kill())
        created.push(server)
      }
      await Promise.all(created.map((server) => server.start()))
      return created
    }
  } finally {
    for (const close of opened.toReversed()) await close()
  }
}

function victims({ servers: all, balancer, cluster: { ceph } }: Fleet): readonly Victim[] {
  const of = (kind: Kind, daemon: Omit<Victim, 'kind'>): Victim => ({
    kind,
    kill: () => daemon.kill(),
    start: () => daemon.start(),
  })
  return [
    ...all.map((server) => ({
      ...of('server', server),
      spared: () => balancer.spares(server.url),
      kill() {
        balancer.cut(server.url)
        return server.kill()
      },
    })),
    ...ceph.gateways.map((gateway) => of('gateway', gateway)),
    of('disk', ceph.osd),
  ]
}

const megabytes = (bytes: number): string => `${(bytes / 1_000_000).toFixed(1)} MB`

/** Whoever waits longer waits for ever: ten minutes, and ten seconds for each kill. In milliseconds. */
const limitOf = ({ count }: FleetRun): number => 600_000 + 10_000 * count

/** Runs it and tells of it. Whether nothing was wrong and as many were killed as should be. @throws when it does not end */
export async function tellFleet(run: FleetRun): Promise<boolean> {
  const { kills, rounds, pulls, once, again, most, violations } = await inTime(runFleet(run), limitOf(run))
  const all = kills.server + kills.gateway + kills.disk
  run.say(
    `${all} kills, seed ${run.seed}: ${kills.server} of servers, ${kills.gateway} of gateways, ${kills.disk} of the disk; ${pulls} pulls in ${rounds} rounds, ${violations.length} violations`,
  )
  run.say(
    `${megabytes(once)} of blobs left the upstream once, and ${megabytes(again)} again: at most ${megabytes(most)} for a kill of a server, and nothing for a kill of a gateway or the disk`,
  )
  for (const what of violations.slice(0, 20)) run.say(`  ${what}`)
  return violations.length === 0 && all >= run.count
}

async function inTime<T>(work: Promise<T>, limitMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the fleet did not end within ${limitMs / 60_000} minutes`)), limitMs)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
