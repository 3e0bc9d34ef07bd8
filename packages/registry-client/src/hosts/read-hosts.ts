import { extname, join } from 'node:path'
import type { Endpoint } from '../endpoint/endpoint.ts'
import type { Hosts, HostsAnswer, PassedOver } from '../endpoint/hosts.ts'
import { isHub, listEndpoints } from '../endpoint/list-endpoints.ts'
import { release } from './captured.ts'
import { warningOf, type HostsWarning, type Place } from './hosts-error.ts'
import { hostsTomlEndpoints } from './hosts-toml-endpoints.ts'
import { parseDaemonJson, type DaemonJson } from './parse-daemon-json.ts'
import { parseRegistriesConf, type Registry } from './parse-registries-conf.ts'
import { linkProblem } from './link-problem.ts'
import { listDirectory, readText, type ReadOptions } from './read-file.ts'
import {
  hostDirectory,
  readHostDirectories,
  type HostDirectory,
  type HostDirectoryContent,
} from './read-host-directories.ts'
import { findRegistry, registryEndpoints } from './registries-conf-endpoints.ts'

/** Where the files are. What is not there is passed over. */
export interface HostsPlaces {
  /** Directories of `<host>/hosts.toml` and `_default/hosts.toml`; the first that has a host decides. */
  readonly hostsDirs?: readonly string[] | undefined
  /** The containers tools' file; the first that is there. */
  readonly registriesConf?: readonly string[] | undefined
  /** Directories of `*.conf`, which add to it and replace what has the same prefix, in order. */
  readonly registriesConfDirs?: readonly string[] | undefined
  /** docker's file; the first that says something of registries. */
  readonly daemonJson?: readonly string[] | undefined
  /** Directories of `<host>/*.crt`, `*.cert` and `*.key`; the first that has a host decides. */
  readonly certsDirs?: readonly string[] | undefined
}

export interface FileHosts extends Hosts {
  /** What the files say and nobody here follows, such as search lists. */
  readonly ignored: readonly Place[]
}

export interface ReadHostsOptions extends ReadOptions {
  /** Told once of each thing that is passed over, when what it is about is first needed. */
  readonly onWarning?: ((warning: HostsWarning) => void) | undefined
}

/**
 * Reads them all, once. What is wrong with one host's directory is thrown when that host is asked about; what is wrong
 * with a file about all hosts is thrown at once.
 *
 * Who decides, for one reference: a host's own `hosts.toml`, else `registries.conf`, else `daemon.json`, else a
 * `_default/hosts.toml`. A block in `registries.conf` holds whoever decides.
 *
 * @throws HostsError; the signal's reason
 */
export async function readHosts(places: HostsPlaces, options: ReadHostsOptions = {}): Promise<FileHosts> {
  const [directories, certificates, conf, json] = await Promise.all([
    readHostDirectories(places.hostsDirs ?? [], 'hosts.toml', options),
    readHostDirectories(places.certsDirs ?? [], 'certificates', options),
    readRegistries(places, options),
    readDaemonJson(places.daemonJson ?? [], options),
  ])
  const tell = tellOnce(options.onWarning)
  tell([...conf.warnings, ...json.warnings])
  const contentOf = (directory: HostDirectory): HostDirectoryContent => {
    const content = release(directory.content)
    tell(content.warnings)
    return content
  }

  const hosts: Hosts = {
    consult(target, { insecure }) {
      const registry = findRegistry(conf.registries, target)
      if (registry?.blocked === true) return { blocked: registry.place, passedOver: [] }
      const fromToml = (directory: HostDirectory | undefined): readonly Endpoint[] | undefined => {
        const toml = directory === undefined ? undefined : contentOf(directory).toml
        return toml === undefined ? undefined : hostsTomlEndpoints(toml, target, insecure)
      }
      const own = fromToml(hostDirectory(directories, namesOf(target.domain)))
      if (own !== undefined) return { endpoints: own, passedOver: registry === undefined ? [] : unused(registry) }
      if (registry !== undefined) return registryEndpoints(registry, target, insecure)
      const mirrors = isHub(target.domain) ? (json.found?.mirrors ?? []) : []
      if (mirrors.length > 0)
        return { endpoints: [...mirrors, ...listEndpoints(target.domain, { insecure })], passedOver: [] }
      return { endpoints: fromToml(hostDirectory(directories, ['_default'])), passedOver: [] } satisfies HostsAnswer
    },
    insecure: (host) => (json.found?.insecure(host) === true ? json.found.insecurePlace : undefined),
    tls(host) {
      const names = host === 'registry-1.docker.io' ? [host, 'docker.io'] : [host]
      for (const group of [directories, certificates]) {
        const directory = hostDirectory(group, names)
        const tls = directory === undefined ? undefined : contentOf(directory).tls
        if (directory !== undefined && tls !== undefined) return { tls, file: directory.path, rule: 'certificates' }
      }
      return undefined
    },
  }
  return { ...hosts, ignored: conf.ignored }
}

function tellOnce(
  onWarning: ((warning: HostsWarning) => void) | undefined,
): (warnings: readonly HostsWarning[]) => void {
  const told = new Set<string>()
  return (warnings) => {
    for (const warning of warnings) {
      if (told.has(warning.message)) continue
      told.add(warning.message)
      onWarning?.(warning)
    }
  }
}

const namesOf = (domain: string): readonly string[] => (isHub(domain) ? ['docker.io'] : [domain])

const unused = ({ prefix, place }: Registry): readonly PassedOver[] => [
  { what: prefix, why: 'a hosts.toml decides', rule: place },
]

/** What files say, and what is to be told of them. */
interface Told<T> {
  readonly found: T | undefined
  readonly warnings: readonly HostsWarning[]
}

/** Later files replace what earlier ones say of the same prefix. */
async function readRegistries(
  { registriesConf = [], registriesConfDirs = [] }: HostsPlaces,
  options: ReadOptions,
): Promise<{
  readonly registries: readonly Registry[]
  readonly ignored: readonly Place[]
  readonly warnings: readonly HostsWarning[]
}> {
  const main = await firstFile(registriesConf, 'registries.conf', options)
  const dropIns = await Promise.all(
    registriesConfDirs.map(async (directory) => {
      const names = (await listDirectory(directory, options)).filter((name) => extname(name) === '.conf')
      return Promise.all(names.map((name) => firstFile([join(directory, name)], 'registries.conf', options)))
    }),
  )
  const read = [main, ...dropIns.flat()]
  const files = read.flatMap(({ found }) => (found === undefined ? [] : [parseRegistriesConf(found.text, found.path)]))
  const byPrefix = new Map(
    files.flatMap(({ registries }) => registries.map((registry) => [registry.prefix, registry] as const)),
  )
  return {
    registries: [...byPrefix.values()],
    ignored: files.flatMap(({ ignored }) => ignored),
    warnings: read.flatMap(({ warnings }) => warnings),
  }
}

/** Docker Desktop leaves a file that says nothing of registries; the daemon's own, behind it, may. */
async function readDaemonJson(paths: readonly string[], options: ReadOptions): Promise<Told<DaemonJson>> {
  const warnings: HostsWarning[] = []
  for (const path of paths) {
    const file = await firstFile([path], 'daemon.json', options)
    warnings.push(...file.warnings)
    const json = file.found === undefined ? undefined : parseDaemonJson(file.found.text, path)
    if (json?.speaks === true) return { found: json, warnings: [...warnings, ...json.warnings] }
  }
  return { found: undefined, warnings }
}

/** A link that leads nowhere is no file, and somebody meant it to be one. */
async function firstFile(
  paths: readonly string[],
  rule: string,
  options: ReadOptions,
): Promise<Told<{ readonly path: string; readonly text: string }>> {
  const warnings: HostsWarning[] = []
  for (const path of paths) {
    const text = await readText(path, options)
    if (text !== undefined) return { found: { path, text }, warnings }
    const problem = await linkProblem(path)
    if (problem !== undefined) warnings.push(warningOf({ file: path, rule }, `the link ${problem}; it is not used`))
  }
  return { found: undefined, warnings }
}
