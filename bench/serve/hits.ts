import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { image, startTestRegistry } from '@lading/test-registry'
import { markdown } from '../support/report.ts'
import { count, say, targets } from '../support/settings.ts'
import { startLading } from './caches.ts'

/** Of each kind in each round, warm: LADING_BENCH_HITS. */
const requests = count('LADING_BENCH_HITS', 2000)
const few = 10
/** First asks of a name after a start, and starts in each round. */
const [firsts, starts] = [10, 3]
/** Names of another repository in every store, by which the code is made warm, each asked for so often. */
const [warming, warmingAsks] = [200, 5]

/** Of one hit: microseconds of the server's processor time, the least of all rounds. */
export interface HitCost {
  readonly names: number
  readonly kind: string
  /** A name's first ask after a start. */
  readonly cold: number
  /** Of names that each were asked for before. */
  readonly warm: number
}

/** From loopback addresses by turns, for each client may ask of an upstream only so much. */
const addressOf = (number: number): string => `127.0.${1 + Math.trunc(number / 100)}.1`

function ask(
  host: string,
  path: string,
  how: { readonly agent: Agent; readonly method?: string; readonly localAddress?: string },
): Promise<number> {
  return new Promise((resolve, reject) => {
    const accept = 'application/vnd.oci.image.manifest.v1+json'
    request(`http://${host}/v2/bench/${path}`, { ...how, headers: { host, accept } }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`${path} is answered with ${answer.statusCode}`))
      let bytes = 0
      answer
        .on('data', (chunk: Uint8Array) => (bytes += chunk.byteLength))
        .on('end', () => resolve(bytes))
        .on('error', reject)
    })
      .on('error', reject)
      .end()
  })
}

type Named = readonly {
  readonly repository: string
  readonly tag: string
  readonly manifest: string
  readonly blob: string
}[]

interface Filled {
  readonly root: string
  readonly upstream: string
  readonly named: Named
  /** Of the other repository. */
  readonly warming: Named
}

/** A store with so many names of one repository, each with an image of its own, and those of the other one. */
async function fill(root: string, size: number): Promise<Filled> {
  await using upstream = await startTestRegistry()
  const cache = await startLading()(root, upstream.host)
  const agent = new Agent({ keepAlive: false })
  let asked = 0
  const bring = async (repository: string, names: number): Promise<Named> => {
    const named: Named[number][] = []
    for (let number = 0; number < names; number += 1) {
      const tag = `n${number}`
      const built = await upstream.seed(
        image(`bench/${repository}:${tag}`).layer({ name: `${repository} ${tag}` }, { compression: 'none' }),
      )
      const blob = built.layers[0]?.digest ?? ''
      const from = { agent, localAddress: addressOf((asked += 1)) }
      await ask(cache.host, `${repository}/manifests/${tag}`, from)
      await ask(cache.host, `${repository}/blobs/${blob}`, from)
      named.push({ repository, tag, manifest: built.digest, blob })
    }
    return named
  }
  try {
    const named = await bring('names', size)
    return { root, upstream: upstream.host, named, warming: await bring('warming', warming) }
  } finally {
    await cache.close()
  }
}

const kinds: Readonly<Record<string, (name: Named[number]) => readonly [method: string, path: string]>> = {
  'HEAD of a tag': ({ repository, tag }) => ['HEAD', `${repository}/manifests/${tag}`],
  'GET of a tag': ({ repository, tag }) => ['GET', `${repository}/manifests/${tag}`],
  'GET of a manifest': ({ repository, manifest }) => ['GET', `${repository}/manifests/${manifest}`],
  'GET of a blob of 2 kB': ({ repository, blob }) => ['GET', `${repository}/blobs/${blob}`],
}

/** All over the names, and each of them once before any comes again. */
function* spread(named: Named, asks: number): Generator<Named[number]> {
  for (let number = 0; number < asks; number += 1) {
    const name = named[(number * 7919) % named.length]
    if (name !== undefined) yield name
  }
}

/** Of all threads of a process so far, in nanoseconds (proc(5), `schedstat`): the ticks of `stat` are too long for ten hits. */
function processorTime(pid: number | undefined): number {
  const threads = `/proc/${pid}/task`
  return readdirSync(threads).reduce(
    (sum, thread) => sum + Number(readFileSync(join(threads, thread, 'schedstat'), 'utf8').split(' ')[0]),
    0,
  )
}

/** What a server does by itself after its start, and after what it was asked, is over. */
async function rest(pid: number | undefined): Promise<void> {
  for (let before = -1; ;) {
    const now = processorTime(pid)
    // An idle process wakes up now and then.
    if (before >= 0 && now - before < 2e6) return
    before = now
    await setTimeout(250)
  }
}

/** One start, and one kind: microseconds of a first ask, and of a later one where `warm` is asked for. */
async function measureOnce(
  { root, upstream, named, warming: others }: Filled,
  pick: (typeof kinds)[string],
  {
    before,
    isWarm,
  }: { /** Asks before those that are measured warm. */ readonly before: number; readonly isWarm: boolean },
): Promise<{ readonly cold: number; readonly warm: number }> {
  const cache = await startLading('--offline')(root, upstream)
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const askAll = async (names: Iterable<Named[number]>): Promise<void> => {
    for (const name of names) {
      const [method, path] = pick(name)
      await ask(cache.host, path, { agent, method })
    }
  }
  const costOf = async (names: Iterable<Named[number]>, asks: number): Promise<number> => {
    await rest(cache.pid)
    const begun = processorTime(cache.pid)
    await askAll(names)
    return (processorTime(cache.pid) - begun) / 1000 / asks
  }
  try {
    await askAll(spread(others, others.length * warmingAsks))
    const cold = await costOf(spread(named, firsts), firsts)
    if (!isWarm) return { cold, warm: Infinity }
    await askAll(spread(named, before))
    return { cold, warm: await costOf(spread(named, requests), requests) }
  } finally {
    agent.destroy()
    await cache.close()
  }
}

/**
 * Whether a hit costs the same where many names are. Nobody is asked: it is what the server does by itself. At both sizes
 * the code is as warm, as many requests went before, and each name was asked for before or none was.
 */
export async function measureHits(many: number, rounds: number): Promise<readonly HitCost[]> {
  const folder = await mkdtemp(join(targets, 'names-'))
  try {
    const stores: Filled[] = []
    for (const names of [few, many]) stores.push(await fill(join(folder, String(names)), names))
    const least = new Map<string, HitCost>()
    for (let start = 0; start < rounds * starts; start += 1)
      for (const [kind, pick] of Object.entries(kinds))
        for (const store of stores) {
          const names = store.named.length
          const key = `${names} ${kind}`
          const found = await measureOnce(store, pick, { before: many, isWarm: start % starts === 0 })
          const { cold = Infinity, warm = Infinity } = least.get(key) ?? {}
          least.set(key, { names, kind, cold: Math.min(cold, found.cold), warm: Math.min(warm, found.warm) })
        }
    say(
      `\n## a hit: microseconds of processor time, the least of ${rounds * starts} starts (a name's first ask, ${firsts} names) and of ${rounds} rounds (names asked for before, ${requests} asks)\n`,
    )
    const lines = Object.keys(kinds).map((kind) => {
      const [a, b] = [few, many].map((names) => least.get(`${names} ${kind}`))
      const pair = (one = 0, other = 0): readonly string[] => [
        one.toFixed(0),
        other.toFixed(0),
        (other / one).toFixed(2),
      ]
      return [kind, ...pair(a?.cold, b?.cold), ...pair(a?.warm, b?.warm)]
    })
    const header = ['', `first ask, ${few} names`, `${many}`, '×', `asked before, ${few} names`, `${many}`, '×']
    for (const line of markdown(header, lines)) say(line)
    return [...least.values()]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
