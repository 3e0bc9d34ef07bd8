import { readMembers, type Members } from '../decode/members.ts'
import { foldName } from '../decode/fold-name.ts'
import { type KnownNames, knownNames } from '../decode/known-names.ts'
import { readJson } from '../json/read-json.ts'
import { ManifestError } from '../manifest-error.ts'
import { goTime, zeroTime } from './go-time.ts'

/** The members of an image before Docker 1.10 that are interpreted here; everything else it says is opaque. */
export interface V1Image {
  /** As it claims. Nothing is ever looked up, stored or trusted by it. */
  readonly id: string
  /** `''`: none. */
  readonly parent: string
  /** RFC 3339 as Go writes it; the year 1 where the image does not say. */
  readonly created: string
  readonly author: string
  readonly comment: string
  readonly container: string
  readonly dockerVersion: string
  readonly architecture: string
  readonly os: string
  readonly throwaway: boolean
  /** What was run to make the layer. */
  readonly command: readonly string[]
}

/** Container configurations of an image. */
export interface V1Containers {
  /** That in which the layer was made; empty where the image does not say. */
  readonly container_config: Members
  /** That of containers made from the image. */
  readonly config: Members | undefined
}

const imageNames = knownNames(
  'id',
  'parent',
  'comment',
  'created',
  'container',
  'container_config',
  'docker_version',
  'author',
  'config',
  'architecture',
  'os',
  'throwaway',
)
/** Of docker 1.11's container configuration, in its order. */
export const containerMembers = [
  'Hostname',
  'Domainname',
  'User',
  'AttachStdin',
  'AttachStdout',
  'AttachStderr',
  'ExposedPorts',
  'Tty',
  'OpenStdin',
  'StdinOnce',
  'Env',
  'Cmd',
  'ArgsEscaped',
  'Image',
  'Volumes',
  'WorkingDir',
  'Entrypoint',
  'NetworkDisabled',
  'MacAddress',
  'OnBuild',
  'Labels',
  'StopSignal',
] as const
const containerNames = knownNames(...containerMembers)
const noNames = knownNames()
const emptyObject: Readonly<Record<string, unknown>> = Object.freeze(Object.create(null) as Record<string, unknown>)

/**
 * Reads one `v1Compatibility` text. Names are matched as Go matches them, in any case.
 *
 * @param path where the text stands: `$.history[3].v1Compatibility`
 * @throws ManifestError `SCHEMA1_HISTORY_INVALID`, and the `JSON_` codes
 */
export function readV1Image(text: string, path: string): V1Image {
  const members = foldedMembers(parse(text, path), path, imageNames)
  return {
    id: members.optionalText('id') ?? '',
    parent: members.optionalText('parent') ?? '',
    created: readTime(members),
    author: members.optionalText('author') ?? '',
    comment: members.optionalText('comment') ?? '',
    container: members.optionalText('container') ?? '',
    dockerVersion: members.optionalText('docker_version') ?? '',
    architecture: members.optionalText('architecture') ?? '',
    os: members.optionalText('os') ?? '',
    throwaway: members.flag('throwaway'),
    command: wordsOf(containersOf(members).container_config, 'Cmd') ?? [],
  }
}

/** The container configurations in one `v1Compatibility` text. @throws as `readV1Image` */
export function readV1Containers(text: string, path: string): V1Containers {
  return containersOf(foldedMembers(parse(text, path), path, imageNames))
}

function containersOf(members: Members): V1Containers {
  const read = (name: string): Members | undefined =>
    members.has(name) ? foldedMembers(members.value(name), members.pathOf(name), containerNames) : undefined
  return {
    container_config:
      read('container_config') ??
      readMembers(emptyObject, members.pathOf('container_config'), 'SCHEMA1_HISTORY_INVALID', noNames),
    config: read('config'),
  }
}

/** Docker takes a single string for a list of one. */
export function wordsOf(container: Members, name: string): readonly string[] | undefined {
  const value = container.value(name)
  return typeof value === 'string' ? [value] : container.optionalTexts(name)
}

function parse(text: string, path: string): unknown {
  try {
    return readJson(new TextEncoder().encode(text), {})
  } catch (cause) {
    if (!(cause instanceof ManifestError)) throw cause
    throw new ManifestError(cause.code, `${path} cannot be read: ${cause.message}`, {
      at: path,
      cause,
      hint: cause.hint,
    })
  }
}

function foldedMembers(value: unknown, path: string, known: KnownNames): Members {
  // Refuses what is no object, and two spellings of one name.
  readMembers(value, path, 'SCHEMA1_HISTORY_INVALID', known)
  const spelling = new Map(Array.from(known.names, (name) => [foldName(name), name]))
  const object = Object.create(null) as Record<string, unknown>
  for (const [name, member] of Object.entries(value as object)) object[spelling.get(foldName(name)) ?? name] = member
  return readMembers(object, path, 'SCHEMA1_HISTORY_INVALID', known)
}

function readTime(members: Members): string {
  const written = members.optionalText('created')
  if (written === undefined) return zeroTime
  return goTime(written) ?? members.fail('created', 'is no time of RFC 3339')
}
