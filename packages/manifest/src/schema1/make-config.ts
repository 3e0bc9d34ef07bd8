import type { Digest } from '@lading/digest'
import type { Members } from '../decode/members.ts'
import type { Schema1Entry } from './fold-history.ts'
import { byBytes, compactJson, compactMembers, goJson, goString, type GoValue } from './go-json.ts'
import { containerMembers, readV1Containers, wordsOf } from './v1-image.ts'

/** From this version on, docker wrote images without members that say nothing. */
const withoutBlanks = [1, 8, 3]
const dropped: readonly string[] = ['id', 'parent', 'Size', 'parent_id', 'layer_id', 'throwaway']

/**
 * The image config that docker 1.11 makes of a schema 1 image, to the byte: its digest is the image ID, and the same
 * image has the same ID wherever it was pulled (docs/decisions/schema-1.md).
 *
 * @param entries base first, at least one
 * @param diffIds base first, of the entries that are not thrown away
 * @throws ManifestError `SCHEMA1_HISTORY_INVALID` for a container configuration that docker could not have read
 */
export function makeConfig(entries: readonly Schema1Entry[], diffIds: readonly Digest[]): Uint8Array {
  const top = entries.at(-1) as Schema1Entry
  const members = new Map(
    isOlder(top.image.dockerVersion) ? knownMembers(top) : compactMembers(compactJson(top.v1Compatibility)),
  )
  for (const name of dropped) members.delete(name)
  members.set(
    'rootfs',
    goJson(
      new Map<string, GoValue>([['type', 'layers'], ...(diffIds.length === 0 ? [] : [['diff_ids', diffIds] as const])]),
    ),
  )
  members.set('history', goJson(entries.map(historyOf)))
  const sorted = [...members].toSorted(([one], [other]) => byBytes(one, other))
  return new TextEncoder().encode(`{${sorted.map(([name, value]) => `${goString(name)}:${value}`).join(',')}}`)
}

/** As docker compares versions: number by number, and what is no number counts as nothing. */
function isOlder(version: string): boolean {
  const parts = version.split('.').map((part) => (/^[+-]?\d+$/.test(part) ? Number(part) : 0))
  for (let at = 0; at < Math.max(parts.length, withoutBlanks.length); at += 1) {
    const difference = (parts[at] ?? 0) - (withoutBlanks[at] ?? 0)
    if (difference !== 0) return difference < 0
  }
  return false
}

function historyOf({ image, throwaway }: Schema1Entry): GoValue {
  return new Map<string, GoValue>([
    ['created', image.created],
    ...filled('author', image.author),
    ...filled('created_by', image.command.join(' ')),
    ...filled('comment', image.comment),
    ...(throwaway ? [['empty_layer', true] as const] : []),
  ])
}

/** What docker's own structure keeps of an image from before 1.8.3; the rest is lost there too. */
function knownMembers({ image, v1Compatibility }: Schema1Entry): ReadonlyMap<string, string> {
  const containers = readV1Containers(v1Compatibility, 'v1Compatibility')
  const members = new Map<string, GoValue>([
    ...filled('comment', image.comment),
    ['created', image.created],
    ...filled('container', image.container),
    ['container_config', containerConfig(containers.container_config)],
    ...filled('docker_version', image.dockerVersion),
    ...filled('author', image.author),
    ...(containers.config === undefined ? [] : [['config', containerConfig(containers.config)] as const]),
    ...filled('architecture', image.architecture),
    ...filled('os', image.os),
  ])
  return new Map([...members].map(([name, value]) => [name, goJson(value)]))
}

const filled = (name: string, text: string): readonly (readonly [string, GoValue])[] =>
  text === '' ? [] : [[name, text]]

function containerConfig(container: Members): GoValue {
  return new Map(
    containerMembers.flatMap((name) => {
      const value = kinds[name](container, name)
      return value === undefined ? [] : [[name, value] as const]
    }),
  )
}

/** How a member is written. `undefined`: left out, as Go does with what is marked so and says nothing. */
type Kind = (container: Members, name: string) => GoValue | undefined

const text: Kind = (container, name) => container.optionalText(name) ?? ''
const flag: Kind = (container, name) => container.flag(name)
const texts: Kind = (container, name) => container.optionalTexts(name) ?? null
const words: Kind = (container, name) => wordsOf(container, name) ?? null
const set: Kind = (container, name) => {
  const found = container.optionalNames(name)
  return found === undefined ? null : sortedMap(found.map((each) => [each, new Map<string, GoValue>()]))
}
const labels: Kind = (container, name) => {
  const found = container.optionalMap(name)
  return found === undefined ? null : sortedMap(Object.entries(found))
}
const unlessEmpty =
  (kind: Kind): Kind =>
  (container, name) => {
    const value = kind(container, name)
    return !value || (value instanceof Map && value.size === 0) ? undefined : value
  }

const kinds: Readonly<Record<(typeof containerMembers)[number], Kind>> = {
  Hostname: text,
  Domainname: text,
  User: text,
  AttachStdin: flag,
  AttachStdout: flag,
  AttachStderr: flag,
  ExposedPorts: unlessEmpty(set),
  Tty: flag,
  OpenStdin: flag,
  StdinOnce: flag,
  Env: texts,
  Cmd: words,
  ArgsEscaped: unlessEmpty(flag),
  Image: text,
  Volumes: set,
  WorkingDir: text,
  Entrypoint: words,
  NetworkDisabled: unlessEmpty(flag),
  MacAddress: unlessEmpty(text),
  OnBuild: texts,
  Labels: labels,
  StopSignal: unlessEmpty(text),
}

const sortedMap = (entries: readonly (readonly [string, GoValue])[]): ReadonlyMap<string, GoValue> =>
  new Map(entries.toSorted(([one], [other]) => byBytes(one, other)))
