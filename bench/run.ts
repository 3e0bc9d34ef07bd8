// pnpm bench [NAME…]: what takes how long, for us and for whoever else is installed. `pnpm bench list` prints the names;
// without one it is `big`. Crane, regctl and oras are found where `.ci/run` built them (LADING_GO_BIN).
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { cases } from './pull/cases.ts'

/** Benches with a file of their own, which say at their head what they measure. */
const others: Readonly<Record<string, string>> = {
  archive: 'an image to an archive and back',
  cat: 'what one file of an image costs at a registry, in bytes',
  fleet: 'blobs in a bucket beside the bare SDK, and what they cost in requests',
  copy: 'pushed, pushed again, and copied from registry to registry',
  growth: 'whether a pull costs the same for each byte, layer and image, however many there are',
  guard: 'instructions of the processor, beside the table that continuous integration holds commands to',
  images: '`lading images` where ten thousand are',
  parse: 'parsers, and what inflating costs',
  picture: 'where the time of a pull goes, drawn to docs/pull.svg',
  registry: 'the test registry beside others',
  requests: 'requests and round trips on a slow line',
  serve: 'pulls through `lading serve` and through docker-registry as a proxy, and what a hit costs',
  tar: 'readers of tar archives',
  'two-hosts': 'what `lading serve` saves over a line of 100 Mbit/s between two network namespaces',
  unpack: 'an image of 100,000 files unpacked, on tmpfs and on disk',
}

const named = process.argv.slice(2)
const wanted = named.length === 0 ? ['big'] : named
const unknown = wanted.filter((name) => name !== 'list' && !Object.hasOwn(cases, name) && !Object.hasOwn(others, name))

if (unknown.length > 0 || wanted.includes('list')) {
  for (const name of unknown) process.stderr.write(`there is no bench '${name}'\n`)
  const all = [...Object.entries(cases).map(([name, { what }]) => [name, what] as const), ...Object.entries(others)]
  for (const [name, what] of all) process.stdout.write(`${name.padEnd(10)}${what}\n`)
  process.exitCode = unknown.length > 0 ? 2 : 0
} else {
  const run = (file: string, args: readonly string[]): number | null =>
    spawnSync(
      process.execPath,
      ['--conditions=@lading/source', fileURLToPath(new URL(file, import.meta.url)), ...args],
      { stdio: 'inherit' },
    ).status
  const pulls = wanted.filter((name) => Object.hasOwn(cases, name))
  const codes = [
    ...(pulls.length > 0 ? [run('pull/run.ts', pulls)] : []),
    ...wanted.filter((name) => Object.hasOwn(others, name)).map((name) => run(`${name}/run.ts`, [])),
  ]
  process.exitCode = codes.every((code) => code === 0) ? 0 : 1
}
