import { extname, join } from 'node:path'
import type { Endpoint } from '../endpoint/endpoint.ts'
import type { Hosts, HostsAnswer, PassedOver } from '../endpoint/hosts.ts'
import { isHub, listEndpoints } from '../endpoint/list-endpoints.ts'
import { release } from './captured.ts'
import type { Place } from './hosts-error.ts'
import { hostsTomlEndpoints } from './hosts-toml-endpoints.ts'
import { parseDaemonJson } from './parse-daemon-json.ts'
import { parseRegistriesConf, type Registry } from './parse-registries-conf.ts'
import { listDirectory, readText, type ReadOptions } from './read-file.ts'
import { hostDirectory, readHostDirectories, type HostDirectory } from './read-host-directories.ts'
import { findRegistry, registryEndpoints } from './registries-conf-endpoints.ts'

/** Where the files are. What is not there is passed over. */
export interface HostsPlaces {
  /** Directories of `<host>/hosts.toml` and `_default/hosts.toml`; the first that has a host decides. */
  readonly hostsDirs?: readonly string[] | undefined
  /** The containers tools' file; the first that is there. */
  readonly registriesConf?: readonly string[] | undefined
  /** Directories of `*.conf`, which add to it and replace what has the same prefix, in order. */
  readonly registriesConfDirs?: readonly string[] | undefined
  /** docker's file; the first that is there. */
  readonly daemonJson?: readonly string[] | undefined
  /** Directories of `<host>/*.crt`, `*.cert` and `*.key`; the first that has a host decides. */
  readonly certsDirs?: readonly string[] | undefined
}

export interface FileHosts extends Hosts {
  /** What the files say and nobody here follows, such as search lists. */
  readonly ignored: readonly Place[]
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
export async function readHosts(places: HostsPlaces, options: ReadOptions = {}): Promise<FileHosts> {
  const [directories, certificates, conf, daemon] = await Promise.all([
    readHostDirectories(places.hostsDirs ?? [], 'hosts.toml', options),
    readHostDirectories(places.certsDirs ?? [], 'certificates', options),
    readRegistries(places, options),
    firstFile(places.daemonJson ?? [], options),
  ])
  const json = daemon === undefined ? undefined : parseDaemonJson(daemon.text, daemon.path)

  const hosts: Hosts = {
    consult(target, { insecure }) {
      const registry = findRegistry(conf.registries, target)
      if (registry?.blocked === true) return { blocked: registry.place, passedOver: [] }
      const fromToml = (directory: HostDirectory | undefined): readonly Endpoint[] | undefined => {
        const toml = directory === undefined ? undefined : release(directory.content).toml
        return toml === undefined ? undefined : hostsTomlEndpoints(toml, target, insecure)
      }
      const own = fromToml(hostDirectory(directories, namesOf(target.domain)))
      if (own !== undefined) return { endpoints: own, passedOver: registry === undefined ? [] : unused(registry) }
      if (registry !== undefined) return registryEndpoints(registry, target, insecure)
      const mirrors = isHub(target.domain) ? (json?.mirrors ?? []) : []
      if (mirrors.length > 0)
        return { endpoints: [...mirrors, ...listEndpoints(target.domain, { insecure })], passedOver: [] }
      return { endpoints: fromToml(hostDirectory(directories, ['_default'])), passedOver: [] } satisfies HostsAnswer
    },
    insecure: (host) => (json?.insecure(host) === true ? json.insecurePlace : undefined),
    tls(host) {
      const names = host === 'registry-1.docker.io' ? [host, 'docker.io'] : [host]
      for (const group of [directories, certificates]) {
        const directory = hostDirectory(group, names)
        const tls = directory === undefined ? undefined : release(directory.content).tls
        if (directory !== undefined && tls !== undefined) return { tls, file: directory.path, rule: 'certificates' }
      }
      return undefined
    },
  }
  return { ...hosts, ignored: conf.ignored }
}

const namesOf = (domain: string): readonly string[] => (isHub(domain) ? ['docker.io'] : [domain])

const unused = ({ prefix, place }: Registry): readonly PassedOver[] => [
  { what: prefix, why: 'a hosts.toml decides', rule: place },
]

/** Later files replace what earlier ones say of the same prefix. */
async function readRegistries(
  { registriesConf = [], registriesConfDirs = [] }: HostsPlaces,
  options: ReadOptions,
): Promise<{ readonly registries: readonly Registry[]; readonly ignored: readonly Place[] }> {
  const main = await firstFile(registriesConf, options)
  const dropIns = await Promise.all(
    registriesConfDirs.map(async (directory) => {
      const names = (await listDirectory(directory, options)).filter((name) => extname(name) === '.conf')
      return Promise.all(names.map((name) => firstFile([join(directory, name)], options)))
    }),
  )
  const files = [main, ...dropIns.flat()].flatMap((file) =>
    file === undefined ? [] : [parseRegistriesConf(file.text, file.path)],
  )
  const byPrefix = new Map(
    files.flatMap(({ registries }) => registries.map((registry) => [registry.prefix, registry] as const)),
  )
  return { registries: [...byPrefix.values()], ignored: files.flatMap(({ ignored }) => ignored) }
}

async function firstFile(
  paths: readonly string[],
  options: ReadOptions,
): Promise<{ readonly path: string; readonly text: string } | undefined> {
  for (const path of paths) {
    const text = await readText(path, options)
    if (text !== undefined) return { path, text }
  }
  return undefined
}
