import { join } from 'node:path'
import type { TlsSettings } from '../transport.ts'
import { capture, type Captured } from './captured.ts'
import { warningOf, type HostsWarning } from './hosts-error.ts'
import { linkProblem } from './link-problem.ts'
import { parseHostsToml, type HostTable } from './parse-hosts-toml.ts'
import { listDirectory, readText, type ReadOptions } from './read-file.ts'
import { systemTraits } from './system-traits.ts'
import { readTls, readTlsDirectory } from './read-tls.ts'

/** `certs.d/<host>`: a `hosts.toml`, or certificates alone. */
export interface HostDirectory {
  readonly path: string
  readonly content: Captured<HostDirectoryContent>
}

export interface HostDirectoryContent {
  readonly toml?: { readonly server: HostWithTls; readonly hosts: readonly HostWithTls[] } | undefined
  /** Only without a `hosts.toml`, as containerd has it. */
  readonly tls?: TlsSettings | undefined
  readonly warnings: readonly HostsWarning[]
}

export interface HostWithTls extends HostTable {
  readonly tls?: TlsSettings | undefined
}

/** Every host's directory by its name, in each of the given directories. Which of them is good shows when one is needed. */
export async function readHostDirectories(
  directories: readonly string[],
  kind: 'hosts.toml' | 'certificates',
  options: ReadOptions,
): Promise<readonly ReadonlyMap<string, HostDirectory>[]> {
  return Promise.all(
    directories.map(async (directory) => {
      const names = await listDirectory(directory, options)
      const read = async (name: string): Promise<readonly [string, HostDirectory]> => {
        const path = join(directory, name)
        return [
          name.toLowerCase(),
          { path, content: await capture(() => readContent(path, kind, options), options.signal) },
        ]
      }
      return new Map(await Promise.all(names.map(read)))
    }),
  )
}

async function readContent(
  path: string,
  kind: 'hosts.toml' | 'certificates',
  options: ReadOptions,
): Promise<HostDirectoryContent> {
  const file = join(path, 'hosts.toml')
  const text = kind === 'hosts.toml' ? await readText(file, options) : undefined
  if (text === undefined) return readCertificates(path, kind, options)
  const { server, hosts } = parseHostsToml(text, file)
  const withTls = async (table: HostTable): Promise<HostWithTls> => ({
    ...table,
    tls: await readTls(table, path, table.place, options),
  })
  return {
    toml: { server: await withTls(server), hosts: await Promise.all(hosts.map(withTls)) },
    warnings: [server, ...hosts].flatMap(({ warnings }) => warnings),
  }
}

async function readCertificates(
  path: string,
  kind: 'hosts.toml' | 'certificates',
  options: ReadOptions,
): Promise<HostDirectoryContent> {
  const directory = await linkProblem(path)
  const place = { file: path, rule: 'certificates' }
  // What may not be read may hold a hosts.toml, which is never passed over; what is not there holds none.
  if (directory !== undefined && (directory === 'leads nowhere' || kind === 'certificates'))
    return { warnings: [warningOf(place, `the link ${directory}; it is not used`)] }
  const { tls, warnings } = await readTlsDirectory(path, options)
  const toml = kind === 'hosts.toml' ? await linkProblem(join(path, 'hosts.toml')) : undefined
  return {
    tls,
    warnings:
      toml === undefined ? warnings : [warningOf(place, `the link hosts.toml ${toml}; it is not used`), ...warnings],
  }
}

/**
 * A host's directory in the first of the given ones that has it. The name is `host:port`, with `:443` or without, or
 * `host_port_`, or `hostport`, as containerd and docker spell it where a file's name has no colon.
 */
export function hostDirectory(
  directories: readonly ReadonlyMap<string, HostDirectory>[],
  hosts: readonly string[],
): HostDirectory | undefined {
  const names = hosts.flatMap(spellings)
  for (const directory of directories) {
    const name = names.find((each) => directory.has(each))
    if (name !== undefined) return directory.get(name)
  }
  return undefined
}

function spellings(host: string): readonly string[] {
  const lower = host.toLowerCase()
  const port = /:([0-9]+)$/.exec(lower)?.[1]
  if (port === undefined) return [lower, `${lower}:443`, `${lower}_443_`]
  const name = lower.slice(0, -port.length - 1)
  return [
    `${name}_${port}_`,
    lower,
    ...(port === '443' ? [name] : []),
    ...(systemTraits().namesHaveColons ? [] : [lower.replaceAll(':', '')]),
  ]
}
