import { printable } from '@lading/errors'
import { readMirrorUrl } from '../endpoint/mirrors.ts'
import type { Capability, Endpoint } from '../endpoint/endpoint.ts'
import { parseDuration } from './duration.ts'
import type { Fields } from './fields.ts'
import { invalid, warningOf, type HostsWarning, type Place } from './hosts-error.ts'
import { parseToml } from './parse-toml.ts'

/** One host of a `hosts.toml`, or its root table, whose settings are those of `server`. */
export interface HostTable {
  readonly place: Place
  /** Absent: the domain's own. */
  readonly at?: Pick<Endpoint, 'url' | 'host' | 'scheme'> | undefined
  /** Absent: all. */
  readonly capabilities?: readonly Capability[] | undefined
  /** Files as written: relative ones are beside the `hosts.toml`. */
  readonly ca: readonly string[]
  /** Certificate and key; the key may be in the certificate's file. */
  readonly client: readonly (readonly [cert: string, key?: string])[]
  readonly skipVerify: boolean
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly overridePath: boolean
  readonly dialTimeout?: number | undefined
  readonly warnings: readonly HostsWarning[]
}

export interface HostsToml {
  readonly server: HostTable
  /** In the order of the file, which is the order to try them. */
  readonly hosts: readonly HostTable[]
}

const known: ReadonlySet<string> = new Set<Capability>(['pull', 'resolve', 'push', 'referrers'])
/** What a client must be free to say itself. */
const ourHeaders =
  /^(?:host|connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|content-.*|range|if-.*|accept-encoding|expect)$/i

/**
 * Reads containerd's `hosts.toml` (containerd docs, hosts.md).
 *
 * @throws HostsError `HOSTS_FILE_INVALID`
 */
export function parseHostsToml(text: string, file: string): HostsToml {
  const root = parseToml(text, file)
  const server = root.string('server')
  return {
    server: {
      ...hostTable(root, server, { file, rule: 'server' }),
      place: { file, rule: server === undefined ? 'no server' : 'server' },
    },
    hosts: root.entries('host').map(([url, fields]) => hostTable(fields, url, fields.place)),
  }
}

function hostTable(fields: Fields, url: string | undefined, place: Place): HostTable {
  const { capabilities, warnings } = capabilitiesOf(fields, place)
  const overridePath = fields.boolean('override_path') ?? false
  return {
    place: fields.place,
    at: url === undefined || url === '' ? undefined : baseUrl(url, overridePath, place),
    capabilities,
    warnings:
      fields.value('proxy') === undefined
        ? warnings
        : [...warnings, warningOf(place, 'its proxy is not followed; --proxy and HTTPS_PROXY are')],
    ca: filesOf(fields, 'ca'),
    client: clientOf(fields),
    skipVerify: fields.boolean('skip_verify') ?? false,
    headers: headersOf(fields),
    overridePath,
    dialTimeout: dialTimeoutOf(fields),
  }
}

/** Without a scheme it is https. The API is below `/v2` of it, which may be written out, or at the very path with `override_path`. */
function baseUrl(text: string, overridePath: boolean, place: Place): Pick<Endpoint, 'url' | 'host' | 'scheme'> {
  const read = readMirrorUrl(text.includes('://') ? text : `https://${text}`)
  if (typeof read === 'string') throw invalid(place, `"${printable(text, 200)}": ${read}`)
  // The name of the registry, which every example of this file has, and which is no address of it.
  const { host, url, scheme } =
    read.host === 'docker.io'
      ? { ...read, host: 'registry-1.docker.io', url: read.url.replace('//docker.io', '//registry-1.docker.io') }
      : read
  return { host, scheme, url: overridePath ? url : url.replace(/\/v2$/, '') }
}

/** What is not known here was made up since, and takes nothing away: the rest of the list holds, were it empty. */
function capabilitiesOf(fields: Fields, place: Place): Pick<HostTable, 'capabilities' | 'warnings'> {
  const given = (fields.strings('capabilities') ?? []).map((each) => each.toLowerCase())
  const isKnown = (each: string): each is Capability => known.has(each)
  return {
    capabilities: given.length === 0 ? undefined : given.filter(isKnown),
    warnings: given
      .filter((each) => !isKnown(each))
      .map((each) => warningOf(place, `the capability "${printable(each, 60)}" is not known here, and not used`)),
  }
}

function filesOf(fields: Fields, name: string): readonly string[] {
  return typeof fields.value(name) === 'string' ? [fields.string(name) ?? ''] : (fields.strings(name) ?? [])
}

function clientOf(fields: Fields): HostTable['client'] {
  const given = fields.value('client')
  if (given === undefined) return []
  if (typeof given === 'string') return [[given]]
  const pairs = Array.isArray(given) ? (given as unknown[]).map(pairOf) : [undefined]
  if (pairs.includes(undefined))
    throw invalid(fields.place, 'client: it must be a file, a list of files, or a list of pairs of certificate and key')
  return pairs as HostTable['client']
}

function pairOf(given: unknown): readonly [string, string?] | undefined {
  if (typeof given === 'string') return [given]
  if (!Array.isArray(given) || given.length !== 2) return undefined
  const [cert, key] = given as unknown[]
  return typeof cert === 'string' && typeof key === 'string' ? (key === '' ? [cert] : [cert, key]) : undefined
}

function headersOf(fields: Fields): Readonly<Record<string, string>> | undefined {
  const table = fields.value('header')
  if (table === undefined) return undefined
  const problem = (why: string): Error => invalid(fields.place, `header: ${why}`)
  if (typeof table !== 'object' || table === null || Array.isArray(table)) throw problem('it must be a table')
  const headers: [string, string][] = Object.entries(table as Record<string, unknown>).map(([name, value]) => {
    const values = Array.isArray(value) ? (value as unknown[]) : [value]
    const shown = printable(name, 60)
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/.test(name)) throw problem(`"${shown}" is not a header name`)
    if (ourHeaders.test(name)) throw problem(`${shown} is set by lading itself`)
    // The value may be a secret, so it is not shown.
    if (
      !values.every(
        (each): each is string => typeof each === 'string' && /^[\t\u0020-\u007e\u0080-\u00ff]*$/.test(each),
      )
    )
      throw problem(`the value of ${shown} is not valid in a header`)
    return [name.toLowerCase(), values.join(', ')]
  })
  return Object.fromEntries(headers)
}

function dialTimeoutOf(fields: Fields): number | undefined {
  const text = fields.string('dial_timeout')
  if (text === undefined || text === '') return undefined
  const milliseconds = parseDuration(text)
  if (milliseconds === undefined)
    throw invalid(fields.place, `dial_timeout: "${printable(text, 60)}" is not a duration such as 5s or 500ms`)
  return milliseconds
}
