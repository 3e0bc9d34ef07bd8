import { printable } from '@lading/errors'
import type { Fields } from './fields.ts'
import { invalid, type Place } from './hosts-error.ts'
import { parseToml } from './parse-toml.ts'

/** Where a prefix leads, and on which terms. */
export interface Location {
  readonly place: Place
  /** `host[:port][/path]`, or empty for a wildcard that stays where it is. */
  readonly location: string
  readonly insecure: boolean
}

export interface Mirror extends Location {
  readonly pull: 'all' | 'digest-only' | 'tag-only'
}

export interface Registry extends Location {
  /** `host[:port][/path]` or `*.example.com`. */
  readonly prefix: string
  readonly blocked: boolean
  readonly mirrors: readonly Mirror[]
}

export interface RegistriesConf {
  readonly registries: readonly Registry[]
  /** Names of what is there and means nothing to us. */
  readonly ignored: readonly Place[]
}

const pulls: ReadonlySet<string> = new Set<Mirror['pull']>(['all', 'digest-only', 'tag-only'])

/**
 * Reads one file of the containers tools (containers-registries.conf(5), version 2).
 *
 * @throws HostsError `HOSTS_FILE_INVALID`
 */
export function parseRegistriesConf(text: string, file: string): RegistriesConf {
  const root = parseToml(text, file)
  // Version 1 had lists of hosts under one table; passing over its `block` would open what is meant to be shut.
  if (root.value('registries') !== undefined)
    throw invalid(
      { file, rule: '[registries]' },
      'version 1 of this format is not supported; write [[registry]] tables',
    )
  const ignored = ['unqualified-search-registries', 'credential-helpers'].filter(
    (name) => root.value(name) !== undefined,
  )
  return { registries: root.tables('registry').map(registryOf), ignored: ignored.map((rule) => ({ file, rule })) }
}

function registryOf(fields: Fields): Registry {
  const location = locationOf(fields, 'location')
  const prefix = locationOf(fields, 'prefix') || location
  const { place } = fields
  if (prefix === '') throw invalid(place, 'it needs a prefix or a location')
  const wildcard = prefix.startsWith('*.')
  if (location === '' && !wildcard) throw invalid(place, 'it needs a location, unless its prefix is like *.example.com')
  if (!isPlace(wildcard ? prefix.slice(2) : prefix) || (wildcard && prefix.includes('/')))
    throw invalid(place, `prefix: "${printable(prefix, 200)}" is neither host[:port][/path] nor *.host`)
  if (location !== '' && !isPlace(location))
    throw invalid(place, `location: "${printable(location, 200)}" is not host[:port][/path]`)
  const digestOnly = fields.boolean('mirror-by-digest-only') ?? false
  const named: Place = { file: place.file, rule: `[[registry]] prefix = "${prefix}"` }
  return {
    place: named,
    prefix,
    location,
    insecure: fields.boolean('insecure') ?? false,
    blocked: fields.boolean('blocked') ?? false,
    mirrors: fields.tables('mirror').map((mirror) => mirrorOf(mirror, digestOnly, named)),
  }
}

function mirrorOf(fields: Fields, digestOnly: boolean, { file, rule }: Place): Mirror {
  const location = locationOf(fields, 'location')
  if (!isPlace(location))
    throw invalid(
      fields.place,
      location === '' ? 'it needs a location' : `location: "${printable(location, 200)}" is not host[:port][/path]`,
    )
  const pull = fields.string('pull-from-mirror') ?? ''
  if (pull !== '' && !pulls.has(pull))
    throw invalid(fields.place, `pull-from-mirror: "${printable(pull, 60)}" is not all, digest-only or tag-only`)
  if (pull !== '' && digestOnly)
    throw invalid(fields.place, 'pull-from-mirror and mirror-by-digest-only of the registry exclude each other')
  return {
    place: { file, rule: `${rule} mirror "${location}"` },
    location,
    insecure: fields.boolean('insecure') ?? false,
    pull: digestOnly ? 'digest-only' : ((pull || 'all') as Mirror['pull']),
  }
}

function locationOf(fields: Fields, name: string): string {
  const text = (fields.string(name) ?? '').replace(/\/+$/, '')
  if (text.includes('://'))
    throw invalid(fields.place, `${name}: "${printable(text, 200)}" must not be a URL; write host[:port][/path]`)
  return text
}

/** Tags and digests are allowed at the end of a prefix. */
const isPlace = (text: string): boolean =>
  /^(?:\[[0-9a-fA-F:.]{2,45}\]|[a-zA-Z0-9._-]{1,253})(?::[0-9]{1,5})?(?:\/[a-z0-9._/-]{1,512})?(?::[a-zA-Z0-9._-]{1,128})?(?:@[a-z0-9:+._-]{1,256})?$/.test(
    text,
  )
