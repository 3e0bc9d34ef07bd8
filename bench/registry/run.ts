// pnpm bench:registry: how fast the test registry starts, how fast it serves next to docker-registry, and whether a thousand
// connections under shaping all get what they asked for. LADING_BENCH_ROUNDS (default 9): of starting and of serving.
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomBytes, startTestRegistry, type TestRegistryOptions } from '@lading/test-registry'
import { startDockerRegistry } from '../../test/support/docker-registry.ts'
import { missing } from '../../test/support/real-parts.ts'
import { median } from '../support/measure.ts'
import * as settings from '../support/settings.ts'
import { say } from '../support/settings.ts'
import { startChildRegistry } from './child-registry.ts'
import { fetchRaw, pushBlob } from './client.ts'

const rounds = settings.rounds(9)
const blobBytes = 250_000_000
const connections = 1000
const smallBytes = 50_000

/** The first start loads modules and is not counted: in a test file it happens once. */
async function startAndStop(options: TestRegistryOptions): Promise<number> {
  const times: number[] = []
  for (let round = 0; round <= rounds * 5; round += 1) {
    const began = performance.now()
    const registry = await startTestRegistry(options)
    await registry.close()
    if (round > 0) times.push(performance.now() - began)
  }
  return median(times)
}

async function serving(folder: string): Promise<void> {
  const bytes = new Uint8Array(randomBytes(blobBytes, 1))
  const disk = await startChildRegistry({ storage: { directory: join(folder, 'disk') } })
  const memory = await startChildRegistry()
  const real = missing('docker-registry') ? undefined : await startDockerRegistry(join(folder, 'real'))
  try {
    const contestants = {
      'test registry, directory': disk.url,
      'test registry, memory': memory.url,
      ...(real === undefined ? {} : { 'docker-registry': real.url }),
    }
    let path = ''
    for (const url of Object.values(contestants))
      path = `/v2/bench/blob/blobs/${await pushBlob(url, 'bench/blob', bytes)}`
    const rates = new Map<string, number[]>(Object.keys(contestants).map((name) => [name, []]))
    const before = disk.memory().now
    // In turn, so that whatever else the machine does hits everybody alike; one round warms the page cache.
    for (let round = 0; round <= rounds; round += 1) {
      for (const [name, url] of Object.entries(contestants)) {
        const began = performance.now()
        const got = await fetchRaw(url, path)
        if (got < blobBytes) throw new Error(`${name} sent ${got} bytes`)
        if (round > 0) rates.get(name)?.push(blobBytes / 1e3 / (performance.now() - began))
      }
    }
    const anchor = median(rates.get('docker-registry') ?? [])
    for (const [name, all] of rates)
      say(
        `  ${name.padEnd(28)}${median(all).toFixed(0).padStart(7)} MB/s${anchor > 0 ? `${(median(all) / anchor).toFixed(2).padStart(8)} x docker-registry` : ''}`,
      )
    say(
      `  memory of the directory's process: ${before.toFixed(0)} MiB after the push, ${disk.memory().now.toFixed(0)} MiB after ${rounds + 1} times ${blobBytes / 1e6} MB, ${disk.memory().peak.toFixed(0)} MiB at most`,
    )
  } finally {
    await Promise.all([disk.close(), memory.close(), real?.close()])
  }
}

async function crowd(folder: string): Promise<void> {
  const registry = await startChildRegistry({
    storage: { directory: join(folder, 'crowd') },
    totalBytesPerSecond: 25_000_000,
    bytesPerSecond: 1_000_000,
    latencyMs: 20,
  })
  try {
    const path = `/v2/bench/small/blobs/${await pushBlob(registry.url, 'bench/small', new Uint8Array(randomBytes(smallBytes, 2)))}`
    const began = performance.now()
    const outcomes = await Promise.allSettled(Array.from({ length: connections }, () => fetchRaw(registry.url, path)))
    const good = outcomes.filter(
      (outcome) => outcome.status === 'fulfilled' && outcome.value > smallBytes && outcome.value < smallBytes + 1000,
    ).length
    const seconds = (performance.now() - began) / 1000
    say(
      `  ${good} of ${connections} whole, ${((connections * smallBytes) / 1e6 / seconds).toFixed(1)} MB/s where 25 were allowed, ${registry.memory().peak.toFixed(0)} MiB at most`,
    )
    if (good !== connections) process.exitCode = 1
  } finally {
    await registry.close()
  }
}

const folder = await mkdtemp(join(tmpdir(), 'lading-bench-registry-'))
try {
  say(`Node ${process.versions.node}, ${cpus().length} cores, medians of ${rounds} rounds`)
  say('start and stop, in process')
  say(`  http  ${(await startAndStop({})).toFixed(2)} ms`)
  say(`  https ${(await startAndStop({ tls: true })).toFixed(2)} ms`)
  say(`a blob of ${blobBytes / 1e6} MB over loopback`)
  await serving(folder)
  say(`${connections} connections at once, each with a blob of ${smallBytes / 1e3} kB, under shaping`)
  await crowd(folder)
} finally {
  await rm(folder, { recursive: true })
}
