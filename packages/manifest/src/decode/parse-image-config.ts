import { parseDigest, type Digest } from '@lading/digest'
import { printable } from '@lading/errors'
import type { HistoryEntry, ImageConfig } from '../image-config.ts'
import { itemPath } from '../json/json-path.ts'
import { readJson } from '../json/read-json.ts'
import { ManifestError } from '../manifest-error.ts'
import { optional } from './decode-descriptor.ts'
import { readContainerConfig } from './read-container-config.ts'
import { knownNames } from './known-names.ts'
import { defaultMaxHistory, defaultMaxLayers, type Limits } from './limits.ts'
import { readMembers, type Members } from './members.ts'

const configMembers = knownNames(
  'architecture',
  'os',
  'variant',
  'os.version',
  'os.features',
  'created',
  'author',
  'config',
  'rootfs',
  'history',
)
const rootfsMembers = knownNames('type', 'diff_ids')
const historyMembers = knownNames('created', 'author', 'created_by', 'comment', 'empty_layer')

/**
 * An image's configuration (OCI image-spec, config.md). `null` is absent, unknown members are ignored, and so is
 * everything that only a runtime needs to be right. `architecture` and `os` are `''` where the document does not say.
 *
 * @throws ManifestError `CONFIG_INVALID`, `CONFIG_NO_ROOTFS`, `TOO_LARGE` and the `JSON_` codes
 */
export function parseImageConfig(bytes: Uint8Array, limits: Limits = {}): ImageConfig {
  const members = readMembers(readJson(bytes, { maxBytes: limits.maxBytes }), '$', 'CONFIG_INVALID', configMembers)
  return {
    architecture: members.optionalText('architecture') ?? '',
    os: members.optionalText('os') ?? '',
    ...optional('variant', members.optionalText('variant') || undefined),
    ...optional('osVersion', members.optionalText('os.version') || undefined),
    ...optional('osFeatures', members.optionalTexts('os.features')),
    ...optional('created', members.optionalText('created')),
    ...optional('author', members.optionalText('author')),
    ...optional('config', readContainerConfig(members)),
    rootfs: { type: 'layers', diffIds: readDiffIds(members, limits) },
    history: members
      .listOrNone('history', limits.maxHistory ?? defaultMaxHistory)
      .map((entry, index) => readHistory(entry ?? {}, itemPath(members.pathOf('history'), index))),
  }
}

function readDiffIds(config: Members, limits: Limits): readonly Digest[] {
  const value = config.value('rootfs')
  if (value === undefined) {
    throw new ManifestError('CONFIG_NO_ROOTFS', 'the image config has no rootfs', {
      at: '$.rootfs',
      hint: 'this is no container image, or one from before Docker 1.10',
    })
  }
  const rootfs = readMembers(value, config.pathOf('rootfs'), 'CONFIG_INVALID', rootfsMembers)
  const type = rootfs.optionalText('type')
  if (type !== 'layers') {
    throw new ManifestError('CONFIG_NO_ROOTFS', 'the image config has a rootfs of an unknown type', {
      at: rootfs.pathOf('type'),
      expected: 'layers',
      actual: type === undefined ? 'none' : printable(type, 100),
      hint: 'only rootfs of type "layers" can be used',
    })
  }
  return rootfs.listOrNone('diff_ids', limits.maxLayers ?? defaultMaxLayers).map((diffId, index) => {
    const at = itemPath(rootfs.pathOf('diff_ids'), index)
    if (typeof diffId !== 'string') throw new ManifestError('CONFIG_INVALID', `${at} is not a string`, { at })
    try {
      return parseDigest(diffId)
    } catch (cause) {
      throw new ManifestError(
        'CONFIG_INVALID',
        `${at} cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`,
        { at, cause },
      )
    }
  })
}

function readHistory(value: unknown, path: string): HistoryEntry {
  const members = readMembers(value, path, 'CONFIG_INVALID', historyMembers)
  return {
    ...optional('created', members.optionalText('created')),
    ...optional('author', members.optionalText('author')),
    ...optional('createdBy', members.optionalText('created_by')),
    ...optional('comment', members.optionalText('comment')),
    emptyLayer: members.flag('empty_layer'),
  }
}
