import { readFileSync } from 'node:fs'
import { get, type IncomingHttpHeaders } from 'node:http'
import { isDigest, type Digest } from '@lading/digest'
import { digestOf } from '@lading/digest/hash'
import {
  image,
  parseFaults,
  profiles,
  startTestRegistry,
  type AuthOptions,
  type Fault,
  type ProfileName,
  type TestRegistry,
} from '@lading/test-registry'
import { describe, expect, it } from 'vitest'
import { enlarged, needs } from '../../../test/support/needs.ts'
import { startCache, type Cache } from './support/cache.ts'
import { testClock } from './support/downloads-scene.ts'

/** A layer that is read in pieces, and one that fits in what is held back. */
const app = image('t/app:1').layer({ a: 'b' }).randomLayer(150_000)

/** The rows of the table in the README of the test registry: what a server can do to a client. */
const rows: readonly (readonly [row: string, faults: readonly Fault[]])[] = readFileSync(
  new URL('../../../apps/test-registry/README.md', import.meta.url),
  'utf8',
)
  .split('\n')
  .flatMap((line) => {
    const [, name = '', what = '', cell = ''] = /^\| ([^|]+) \| ([^|]+) \| (`\{"on":.*`) \|$/.exec(line) ?? []
    if (cell === '') return []
    const faults = [...cell.matchAll(/`(\{.*?\})`(?= |$)/g)].map(([, json]) => json)
    return [[`${name}: ${what}`, parseFaults(`[${faults.join(',')}]`)] as const]
  })

interface Seen {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  readonly whole: boolean
}

/** What comes of one request, on a connection of its own. */
const ask = (port: number, path: string): Promise<Seen> =>
  new Promise((resolve) => {
    const accept = 'application/vnd.oci.image.manifest.v1+json'
    const nothing = { status: 0, headers: {}, body: Buffer.alloc(0), whole: false }
    get({ host: '127.0.0.1', port, path, agent: false, headers: { accept } }, (answer) => {
      const pieces: Buffer[] = []
      const { statusCode: status = 0, headers } = answer
      const end = (): void => resolve({ status, headers, body: Buffer.concat(pieces), whole: answer.complete })
      answer
        .on('data', (piece: Buffer) => pieces.push(piece))
        .on('error', () => undefined)
        .on('close', end)
    }).on('error', () => resolve(nothing))
  })

type Outcome = 'right' | 'error' | 'cut'

/** One of the three; what is none of them is thrown. */
function judge({ status, headers, body, whole }: Seen, path: string, right: (body: Buffer) => boolean): Outcome {
  if (!whole) return 'cut'
  if (status === 200 && right(body) && Number(headers['content-length']) === body.length) return 'right'
  if (status >= 400) {
    const { errors } = JSON.parse(String(body)) as { readonly errors?: readonly { code?: string; message?: string }[] }
    if (/^[A-Z_]+$/.test(errors?.[0]?.code ?? '') && (errors?.[0]?.message ?? '').length > 10) return 'error'
  }
  throw new Error(`${path} is answered with ${status}: ${String(body).slice(0, 200)}`)
}

async function askAll(cache: Cache, { manifest, blobs }: Asked): Promise<readonly Outcome[]> {
  const { port } = cache
  const isJson = (body: Buffer): boolean => Array.isArray((JSON.parse(String(body)) as { tags?: unknown }).tags)
  const paths: readonly (readonly [string, (body: Buffer) => boolean])[] = [
    ['manifests/1', (body) => digestOf(body) === manifest],
    ...blobs.map((digest) => [`blobs/${digest}`, (body: Buffer) => digestOf(body) === digest] as const),
    ['tags/list', isJson],
  ]
  const outcomes: Outcome[] = []
  for (const [path, right] of paths) outcomes.push(judge(await ask(port, `/v2/t/app/${path}`), path, right))
  return outcomes
}

interface Asked {
  readonly manifest: Digest
  readonly blobs: readonly Digest[]
}

/** Everything of an image through a cache, while its upstream does what the faults say, and once it has stopped. */
async function through(faults: readonly Fault[], profile?: ProfileName): Promise<readonly Outcome[]> {
  await using registry: TestRegistry = await startTestRegistry(profile === undefined ? {} : { profile })
  registry.repository('t/app').create()
  const built = await registry.seed(app)
  const blobs = registry.repository('t/app').blobs().filter(isDigest)
  const asked = { manifest: built.digest, blobs }
  const { username } = { ...(profiles[profile ?? 'ghcr'].auth as AuthOptions & { username?: string }) }
  const clock = testClock(Number.POSITIVE_INFINITY)
  await using cache = await startCache([registry.host], {
    client: {
      clock,
      timeouts: { headers: 1000, stall: 1000, total: 3000 },
      credentials: async () => (username === undefined ? undefined : { kind: 'basic', username, password: 'password' }),
    },
  })
  for (const fault of faults) registry.addFault(fault)
  const outcomes = await askAll(cache, asked)
  registry.clearFaults()
  // What is not there is remembered for a while, and so is what a tag is, and when to come again.
  cache.advance(100_000)
  clock.pass(100_000)
  expect(await askAll(cache, asked), 'once the upstream is well again').toEqual([
    'right',
    'right',
    'right',
    'right',
    'right',
  ])
  return outcomes
}

const some: readonly (readonly [string, Fault['then'], Fault['on'], readonly Outcome[]])[] = [
  ['a reset in the middle of a blob', 'reset', 'blob', ['right']],
  ['a blob with a wrong bit', 'flip', 'blob', ['cut', 'error']],
  ['a web page for a manifest', 'html', 'manifest', ['error']],
]

describe('a client of a cache whose upstream is ill sees what is right, a clear error, or a cut', () => {
  it.each(some)('%s', async (_, then, on, expected) => {
    const outcomes = await through([{ on, then, ...(then === 'reset' ? { nth: 1, afterBytes: 50 } : {}) }])
    for (const outcome of outcomes) expect(['right', ...expected]).toContain(outcome)
    expect(outcomes.some((outcome) => expected.includes(outcome))).toBe(true)
  })

  it('is held for every row of the table', () => expect(rows.length).toBeGreaterThan(60))

  // Rows wait for times that run out. All of them under all profiles take a quarter of an hour (LADING_TEST_FAULTS=all).
  const all = process.env['LADING_TEST_FAULTS'] === 'all'
  it.concurrent.each((Object.keys(profiles) as ProfileName[]).map((profile, index) => [profile, index] as const))(
    'with every fault: %s',
    { ...needs(enlarged), timeout: 300_000 },
    async (profile, index) => {
      const waiting = rows.filter((_, row) => all || index === 0 || row % 6 === index % 6)
      const wrong: string[] = []
      const worker = async (): Promise<void> => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
          const [name, faults] = next
          await through(faults, profile).catch((error: unknown) => wrong.push(`${name}: ${String(error)}`))
        }
      }
      await Promise.all(Array.from({ length: 64 }, worker))
      expect(wrong).toEqual([])
    },
  )
})
