// The host with the clients: node near.ts HOST:PORT, run in its namespace by run.ts.
import { readdirSync, readFileSync } from 'node:fs'
import { caches } from '../serve/caches.ts'
import { medians, pullStraight, pullThrough, type Far, type Pulled } from '../serve/pulls.ts'
import { openLine } from '../support/line.ts'
import { circumstances, loadNow, machine, markdown, writeJson } from '../support/report.ts'
import { clientCounts, rounds, say, targets } from '../support/settings.ts'

const [, , registry = ''] = process.argv
const roundTripMs = 50
const path = 'bench/pull:big'
const times = rounds(1)

/** What came over the line, with all that a network puts around it. */
function receivedBytes(): number {
  const [link = ''] = readdirSync('/sys/class/net').filter((name) => name.startsWith('ladv'))
  return Number(readFileSync(`/sys/class/net/${link}/statistics/rx_bytes`, 'utf8'))
}

const load = loadNow()
const line = await openLine(registry, { roundTripMs })
let before = receivedBytes()
const far: Far = {
  host: line.host,
  sent() {
    const now = receivedBytes()
    const sent = now - before
    before = now
    return sent
  },
}

const ways: Readonly<Record<string, (clients: number) => Promise<Readonly<Record<string, Pulled>>>>> = {
  'no cache': async (clients) => ({ 'no cache': await pullStraight(far, path, clients) }),
  ...Object.fromEntries(
    Object.entries(caches).map(([name, start]) => [
      name,
      async (clients: number) => {
        const { cold, warm } = await pullThrough(start, far, { path, clients })
        return { [name]: cold, [`${name}, again`]: warm }
      },
    ]),
  ),
}

const counts = clientCounts([1, 4, 16])
const got = new Map<string, Pulled[]>()
for (let round = 0; round < times; round += 1) {
  for (const clients of counts) {
    for (const way of Object.values(ways)) {
      for (const [name, one] of Object.entries(await way(clients))) {
        const key = `${name} ${clients}`
        got.set(key, [...(got.get(key) ?? []), one])
      }
    }
  }
}
await line.close()

const names = [...new Set([...got.keys()].map((key) => key.replace(/ \d+$/, '')))]
const facts = { date: new Date().toISOString(), machine: machine(targets) }
say('## two hosts: an image by several skopeo at once, over 100 Mbit/s and 50 ms\n')
say(
  `${times === 1 ? 'One round' : `Medians of ${times} rounds`}; seconds until the last client has all of it, and MB over the line; ${circumstances({ ...facts, load: [load, loadNow()] })}\n`,
)
const header = ['', ...counts.flatMap((clients) => [`${clients} ${clients === 1 ? 'client' : 'clients'}: s`, 'MB'])]
const lines = names.map((name) => [
  name,
  ...counts.flatMap((clients) => {
    const { wall, fromFar } = medians(got.get(`${name} ${clients}`) ?? [])
    return [wall.toFixed(1), (fromFar / 1e6).toFixed(1)]
  }),
])
for (const each of markdown(header, lines)) say(each)
await writeJson({ ...facts, rounds: [...got] })
