import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { image, startTestRegistry } from '@lading/test-registry'
import { markdown } from '../support/report.ts'
import { count, say, targets } from '../support/settings.ts'
import { startLading, type RunningCache } from './caches.ts'

/** Of each kind in each round: LADING_BENCH_HITS. A quarter more goes before them, to make the code warm. */
const requests = count('LADING_BENCH_HITS', 2000)
const few = 10

/** Of one hit: microseconds of the server's processor time, the least of all rounds. */
export interface HitCost {
  readonly names: number
  readonly kind: string
  readonly micros: number
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
    request(`http://${host}/v2/bench/names/${path}`, { ...how, headers: { host, accept } }, (answer) => {
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

type Named = readonly { readonly tag: string; readonly manifest: string; readonly blob: string }[]

interface Filled {
  readonly root: string
  readonly upstream: string
  readonly named: Named
}

/** A store with so many names of one repository, each with an image of its own. */
async function fill(root: string, names: number): Promise<Filled> {
  await using upstream = await startTestRegistry()
  const named: { tag: string; manifest: string; blob: string }[] = []
  const cache = await startLading()(root, upstream.host)
  const agent = new Agent({ keepAlive: false })
  try {
    for (let number = 0; number < names; number += 1) {
      const tag = `n${number}`
      const built = await upstream.seed(image(`bench/names:${tag}`).layer({ name: tag }, { compression: 'none' }))
      const blob = built.layers[0]?.digest ?? ''
      const from = { agent, localAddress: addressOf(number) }
      await ask(cache.host, `manifests/${tag}`, from)
      await ask(cache.host, `blobs/${blob}`, from)
      named.push({ tag, manifest: built.digest, blob })
    }
  } finally {
    await cache.close()
  }
  return { root, upstream: upstream.host, named }
}

const kinds: Readonly<Record<string, (name: Named[number]) => readonly [method: string, path: string]>> = {
  'HEAD of a tag': ({ tag }) => ['HEAD', `manifests/${tag}`],
  'GET of a tag': ({ tag }) => ['GET', `manifests/${tag}`],
  'GET of a manifest': ({ manifest }) => ['GET', `manifests/${manifest}`],
  'GET of a blob of 2 kB': ({ blob }) => ['GET', `blobs/${blob}`],
}

async function microsOf(cache: RunningCache, named: Named, pick: (typeof kinds)[string]): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  let before = 0
  for (let number = -Math.ceil(requests / 4); number < requests; number += 1) {
    if (number === 0) before = cache.cost().cpu
    // All over the names, and each of them once before any comes again.
    const name = named[Math.abs(number * 7919) % named.length]
    if (name === undefined) throw new Error('there is a name')
    const [method, path] = pick(name)
    await ask(cache.host, path, { agent, method })
  }
  agent.destroy()
  return ((cache.cost().cpu - before) * 1e6) / requests
}

/** Whether a hit costs the same where many names are. Nobody is asked: it is what the server does by itself. */
export async function measureHits(many: number, rounds: number): Promise<readonly HitCost[]> {
  const folder = await mkdtemp(join(targets, 'names-'))
  try {
    const stores: Filled[] = []
    for (const names of [few, many]) stores.push(await fill(join(folder, String(names)), names))
    const least = new Map<string, number>()
    for (let round = 0; round < rounds; round += 1) {
      for (const { root, upstream, named } of stores) {
        const cache = await startLading('--offline')(root, upstream)
        try {
          for (const [kind, pick] of Object.entries(kinds)) {
            const key = `${named.length} ${kind}`
            least.set(key, Math.min(least.get(key) ?? Infinity, await microsOf(cache, named, pick)))
          }
        } finally {
          await cache.close()
        }
      }
    }
    const found = Object.keys(kinds).flatMap((kind) =>
      stores.map(({ named }) => ({ names: named.length, kind, micros: least.get(`${named.length} ${kind}`) ?? 0 })),
    )
    say(`\n## a hit: microseconds of processor time, the least of ${rounds} rounds of ${requests}\n`)
    const lines = Object.keys(kinds).map((kind) => {
      const [a = 0, b = 0] = found.filter((each) => each.kind === kind).map(({ micros }) => micros)
      return [kind, a.toFixed(0), b.toFixed(0), (b / a).toFixed(2)]
    })
    for (const line of markdown(['', `${few} names`, `${many} names`, '×'], lines)) say(line)
    return found
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
