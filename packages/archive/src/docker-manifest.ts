import { parseStrictJson, type JsonValue } from '@lading/manifest'
import { ArchiveError } from './archive-error.ts'
import { DOCKER_MANIFEST_FILE, REPOSITORIES_FILE } from './file-names.ts'

/** One image of `manifest.json` in a docker-archive. Paths are those of members. */
export interface DockerManifestItem {
  readonly Config: string
  /** Names with tags; `null` or none for an image without a name. */
  readonly RepoTags: readonly string[] | null
  /** Base first. */
  readonly Layers: readonly string[]
}

/**
 * `manifest.json` of a docker-archive. Unknown members are ignored, as docker does.
 *
 * @throws ArchiveError `ARCHIVE_INVALID`; ManifestError if it is not strict JSON
 */
export function parseDockerManifest(bytes: Uint8Array, maxBytes: number): readonly DockerManifestItem[] {
  const value = parseStrictJson(bytes, { maxBytes })
  if (!Array.isArray(value)) throw invalid(DOCKER_MANIFEST_FILE, 'is not a list of images')
  return value.map((item: JsonValue, at): DockerManifestItem => {
    if (!isObject(item)) throw invalid(DOCKER_MANIFEST_FILE, `[${at}] is not an image`)
    const { Config: config, RepoTags: names = null, Layers: layers = null } = item
    if (typeof config !== 'string') throw invalid(DOCKER_MANIFEST_FILE, `[${at}] has no config`)
    return {
      Config: config,
      RepoTags: texts(names, `[${at}].RepoTags`),
      Layers: texts(layers, `[${at}].Layers`),
    }
  })
}

/**
 * `repositories` of a docker-archive: of each name with its tag, the ID of an image before docker 1.10.
 *
 * @throws as `parseDockerManifest`
 */
export function parseRepositories(bytes: Uint8Array, maxBytes: number): ReadonlyMap<string, string> {
  const value = parseStrictJson(bytes, { maxBytes })
  const names = new Map<string, string>()
  if (!isObject(value)) throw invalid(REPOSITORIES_FILE, 'is not a map of names')
  for (const [repository, tags] of Object.entries(value)) {
    if (!isObject(tags)) throw invalid(REPOSITORIES_FILE, 'has a name without tags')
    for (const [tag, id] of Object.entries(tags)) {
      if (typeof id !== 'string') throw invalid(REPOSITORIES_FILE, 'has a tag that is not a string')
      names.set(`${repository}:${tag}`, id)
    }
  }
  return names
}

const isObject = (value: JsonValue | undefined): value is { readonly [name: string]: JsonValue } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function texts(value: JsonValue, where: string): readonly string[] {
  if (value === null) return []
  if (!Array.isArray(value) || !value.every((each) => typeof each === 'string'))
    throw invalid(DOCKER_MANIFEST_FILE, `${where} is not a list of strings`)
  return value
}

function invalid(file: string, what: string): ArchiveError {
  return new ArchiveError('ARCHIVE_INVALID', `${file} ${what}`, {
    path: file,
    hint: 'write the archive again with docker save, podman save or lading save',
  })
}
