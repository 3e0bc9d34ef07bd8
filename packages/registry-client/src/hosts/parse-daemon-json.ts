import { parseStrictJson } from '@lading/manifest'
import { printable } from '@lading/errors'
import type { Endpoint } from '../endpoint/endpoint.ts'
import { createInsecureHosts, type InsecureHosts } from '../endpoint/insecure-hosts.ts'
import { isLoopback } from '../endpoint/loopback.ts'
import { readMirrorUrl } from '../endpoint/mirrors.ts'
import { fieldsOf, type Fields } from './fields.ts'
import { HostsError, invalid, warningOf, type HostsWarning, type Place } from './hosts-error.ts'

export interface DaemonJson {
  /** Of docker.io. */
  readonly mirrors: readonly Endpoint[]
  readonly insecure: InsecureHosts
  readonly insecurePlace: Place
  /** Whether it says anything of registries, were it an empty list. */
  readonly speaks: boolean
  readonly warnings: readonly HostsWarning[]
}

/**
 * Reads `registry-mirrors` and `insecure-registries` of docker's `daemon.json`; its other members are the daemon's.
 *
 * @throws HostsError `HOSTS_FILE_INVALID`
 */
export function parseDaemonJson(text: string, file: string): DaemonJson {
  let document: unknown
  try {
    // An empty file is an empty configuration to the daemon too.
    document = text.trim() === '' ? {} : parseStrictJson(new TextEncoder().encode(text), { maxBytes: 1024 * 1024 })
  } catch (cause) {
    throw new HostsError(
      'HOSTS_FILE_INVALID',
      `${printable(file)}: it is not JSON: ${cause instanceof Error ? cause.message : ''}`,
      { path: file, cause, hint: 'correct the file, or set LADING_HOSTS=off to go without the files of this machine' },
    )
  }
  const fields = fieldsOf(document ?? {}, { file, rule: '' })
  const insecurePlace = { file, rule: 'insecure-registries' }
  const marked = listOf(fields, 'insecure-registries').map((entry) => ({ entry, host: withoutScheme(entry) }))
  return {
    mirrors: listOf(fields, 'registry-mirrors').map((mirror) => mirrorOf(mirror, { file, rule: 'registry-mirrors' })),
    insecure: insecureOf(
      marked.map(({ host }) => host),
      insecurePlace,
    ),
    insecurePlace,
    speaks: ['registry-mirrors', 'insecure-registries'].some((name) => (fields.value(name) ?? undefined) !== undefined),
    warnings: marked
      .filter(({ entry, host }) => entry !== host)
      .map(({ entry, host }) =>
        warningOf(insecurePlace, `"${printable(entry, 200)}" is taken for ${printable(host, 200)}`),
      ),
  }
}

/** docker drops the two schemes, with a warning, and refuses every other. */
const withoutScheme = (entry: string): string => entry.replace(/^https?:\/\//i, '')

/** `null` is how Go writes an empty list, and how the daemon reads one. */
const listOf = (fields: Fields, name: string): readonly string[] =>
  fields.value(name) === null ? [] : (fields.strings(name) ?? [])

/** docker asks a mirror in plain http where its URL says so. */
function mirrorOf(text: string, rule: Place): Endpoint {
  const read = readMirrorUrl(text)
  if (typeof read === 'string') throw invalid(rule, `"${printable(text, 200)}": ${read}`)
  return { ...read, mirror: true, insecure: read.scheme === 'http' && !isLoopback(read.host), rule }
}

function insecureOf(entries: readonly string[], place: Place): InsecureHosts {
  try {
    return createInsecureHosts(entries)
  } catch (cause) {
    throw invalid(place, cause instanceof Error ? cause.message : String(cause), { cause })
  }
}
