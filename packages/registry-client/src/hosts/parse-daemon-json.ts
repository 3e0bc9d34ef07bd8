import { parseStrictJson } from '@lading/manifest'
import { printable } from '@lading/errors'
import type { Endpoint } from '../endpoint/endpoint.ts'
import { createInsecureHosts, type InsecureHosts } from '../endpoint/insecure-hosts.ts'
import { isLoopback } from '../endpoint/loopback.ts'
import { readMirrorUrl } from '../endpoint/mirrors.ts'
import { fieldsOf } from './fields.ts'
import { HostsError, invalid, type Place } from './hosts-error.ts'

export interface DaemonJson {
  /** Of docker.io. */
  readonly mirrors: readonly Endpoint[]
  readonly insecure: InsecureHosts
  readonly insecurePlace: Place
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
      `${printable(file)}: it is no JSON: ${cause instanceof Error ? cause.message : ''}`,
      { path: file, cause, hint: 'correct the file, or set LADING_HOSTS=off to go without the files of this machine' },
    )
  }
  const fields = fieldsOf(document, { file, rule: '' })
  const insecurePlace = { file, rule: 'insecure-registries' }
  return {
    mirrors: (fields.strings('registry-mirrors') ?? []).map((mirror) =>
      mirrorOf(mirror, { file, rule: 'registry-mirrors' }),
    ),
    insecure: insecureOf(fields.strings('insecure-registries') ?? [], insecurePlace),
    insecurePlace,
  }
}

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
