import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { image, startTestRegistry } from '@lading/test-registry'
import { digestOf } from '@lading/digest/hash'
import { expect, it } from 'vitest'
import { enlarged, needs } from '../../../test/support/needs.ts'
import { get, serveApart, serverProgram, type Got } from './support/served.ts'

const kills = 200
/** Each has a root of its own, so that there is always something to bring, and a registry: most of the time is a wait for it. */
const killsPerRoot = 20

/** What is wrong, how many answers were whole, and whether a download was resumed, of one root whose server is killed again and again. */
async function killedIn(
  where: string,
  program: string,
): Promise<{ readonly wrong: string[]; readonly wholes: number; readonly resumed: boolean }> {
  const built = [1, 2, 3].reduce((made, seed) => made.randomLayer(3_000_000, { seed }), image('t/app:1'))
  await using registry = await startTestRegistry({
    images: [built],
    faults: [{ on: 'blob', then: { bytesPerSecond: 1_500_000 } }],
  })
  const repository = registry.repository('t/app')
  const blobs = repository.blobs().map((digest) => ({ digest, bytes: repository.blob(digest) as Uint8Array }))
  const wrong: string[] = []
  let wholes = 0
  const judge = ({ status, bytes, whole }: Got, right: Uint8Array, what: string): void => {
    if (whole && status === 200) wholes += 1
    // An error's text is no content.
    if (status !== 200 && status !== 206) return
    if (Buffer.compare(bytes, right.subarray(0, bytes.byteLength)) !== 0) wrong.push(what)
    if (whole && bytes.byteLength !== right.byteLength) wrong.push(`${what}: its length`)
  }
  for (let kill = 0; kill < killsPerRoot; kill++) {
    const server = await serveApart(where, registry.host, program)
    const moving = Promise.withResolvers<void>()
    const clients = [get(server, '/v2/t/app/manifests/1')].concat(
      [...blobs, ...blobs].map(async ({ digest, bytes }) => {
        await get(server, '/v2/t/app/manifests/1')
        const got = await get(server, `/v2/t/app/blobs/${digest}`, { onData: () => moving.resolve() })
        judge(got, bytes, `${digest} before kill ${kill}`)
        return got
      }),
    )
    // Some before anything moves.
    if (Math.random() < 0.8) await Promise.race([moving.promise, Promise.all(clients)])
    await sleep(Math.random() * 150)
    await server.end()
    await Promise.all(clients)
  }
  const server = await serveApart(where, registry.host, program)
  const got = await Promise.all(
    blobs.map(async ({ digest }) => {
      await get(server, '/v2/t/app/manifests/1')
      return get(server, `/v2/t/app/blobs/${digest}`)
    }),
  )
  await server.end()
  expect(got.map(({ status, whole, bytes }) => ({ status, whole, digest: digestOf(bytes) }))).toEqual(
    blobs.map(({ digest }) => ({ status: 200, whole: true, digest })),
  )
  // Each request goes on at or after the place where the one before it began.
  for (const { digest } of blobs) {
    const starts = registry.journal.entries
      .filter((entry) => entry.kind === 'blob' && entry.method === 'GET' && entry.target === digest)
      .map(({ range }) => Number(/^bytes=(\d+)-/.exec(range ?? 'bytes=0-')?.[1]))
    expect(starts).toEqual(starts.toSorted((one, other) => one - other))
  }
  const resumed = registry.journal.entries.some(({ range }) => range !== undefined && !range.startsWith('bytes=0-'))
  return { wrong, wholes, resumed }
}

it(
  `a server that is killed serves nothing wrong after ${kills} kills under load, and its downloads go on where they stopped`,
  { ...needs(enlarged), timeout: 600_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lading-serve-killed-'))
    const program = await serverProgram()
    const roots = Array.from({ length: kills / killsPerRoot }, (_, root) => join(folder, String(root)))
    const results = await Promise.all(roots.map((where) => killedIn(where, program)))
    expect(results.flatMap(({ wrong }) => wrong)).toEqual([])
    for (const { wholes } of results) expect(wholes).toBeGreaterThan(0)
    // On a busy machine the kills of one root may all come before a chunk is kept.
    expect(results.some(({ resumed }) => resumed)).toBe(true)
    await rm(folder, { recursive: true, force: true })
  },
)
