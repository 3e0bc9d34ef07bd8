import type { AbortOptions } from '@lading/clock'
import { createHasher } from '@lading/digest/hash'
import { bytesOfKey, keyOf, pathText } from './byte-text.ts'
import type { ImageFile } from './image-file.ts'
import type { Image } from './open-image.ts'

/** One path at which two images differ. */
export interface FileDifference {
  /** As UTF-8, with a slash before it. Not safe to print. */
  readonly path: string
  readonly name: Uint8Array
  readonly kind: 'added' | 'removed' | 'changed'
  /** What differs, if `changed`. */
  readonly what: readonly ('type' | 'mode' | 'owner' | 'size' | 'mtime' | 'target' | 'device' | 'xattrs' | 'content')[]
  readonly before: ImageFile | undefined
  readonly after: ImageFile | undefined
}

/**
 * The files that differ between two images, in the order of names' bytes. Contents are read if size and kind are the same but the
 * layer is not.
 */
export async function compareFiles(
  before: Image,
  after: Image,
  { signal }: AbortOptions = {},
): Promise<readonly FileDifference[]> {
  const [left, right] = [await filesOf(before, { signal }), await filesOf(after, { signal })]
  const doubtful = new Set<string>()
  for (const [key, a] of left) {
    const b = right.get(key)
    if (a.type === 'file' && b?.type === 'file' && a.size === b.size && origin(before, a) !== origin(after, b))
      doubtful.add(key)
  }
  const [leftDigests, rightDigests] = [
    await digestsOf(before, doubtful, { signal }),
    await digestsOf(after, doubtful, { signal }),
  ]
  const differences: FileDifference[] = []
  for (const key of [...new Set([...left.keys(), ...right.keys()])].toSorted()) {
    const [a, b] = [left.get(key), right.get(key)]
    const common = { path: pathText([key]), name: bytesOfKey(key), before: a, after: b }
    if (a === undefined || b === undefined)
      differences.push({ ...common, kind: a === undefined ? 'added' : 'removed', what: [] })
    else {
      const content = leftDigests.get(key) === rightDigests.get(key) ? [] : (['content'] as const)
      const what = [...attributes(a, b), ...content]
      if (what.length > 0) differences.push({ ...common, kind: 'changed', what })
    }
  }
  return differences
}

async function filesOf(image: Image, options: AbortOptions): Promise<ReadonlyMap<string, ImageFile>> {
  const files = new Map<string, ImageFile>()
  for await (const file of image.walk('/', options)) if (file.name.length > 0) files.set(keyOf(file.name), file)
  return files
}

const none = new Uint8Array()

/** Two files of one origin have one content. */
const origin = ({ layers }: Image, { layer, inode }: ImageFile): string =>
  `${layers[layer]?.descriptor.digest} ${inode.slice(inode.indexOf(':'))}`

async function digestsOf(
  image: Image,
  names: ReadonlySet<string>,
  options: AbortOptions,
): Promise<ReadonlyMap<string, string>> {
  const digests = new Map<string, string>()
  if (names.size === 0) return digests
  const byInode = new Map<string, string>()
  const inodes = new Set<string>()
  for await (const { name, inode } of image.walk('/', options)) if (names.has(keyOf(name))) inodes.add(inode)
  for await (const { name, inode, body } of image.contents('/', options)) {
    if (body !== undefined && inodes.has(inode)) {
      const hasher = createHasher()
      for await (const chunk of body) hasher.update(chunk)
      byInode.set(inode, hasher.digest())
    }
    const key = keyOf(name)
    const digest = byInode.get(inode)
    if (digest !== undefined && names.has(key)) digests.set(key, digest)
  }
  return digests
}

function attributes(a: ImageFile, b: ImageFile): readonly FileDifference['what'][number][] {
  const same: Readonly<Record<Exclude<FileDifference['what'][number], 'content'>, boolean>> = {
    type: a.type === b.type,
    mode: a.mode === b.mode,
    owner: a.uid === b.uid && a.gid === b.gid,
    size: a.size === b.size,
    mtime: a.mtime.seconds === b.mtime.seconds && a.mtime.nanoseconds === b.mtime.nanoseconds,
    target: keyOf(a.linkName ?? none) === keyOf(b.linkName ?? none),
    device: a.device?.major === b.device?.major && a.device?.minor === b.device?.minor,
    xattrs: xattrText(a) === xattrText(b),
  }
  return (Object.keys(same) as (keyof typeof same)[]).filter((name) => !same[name])
}

const xattrText = ({ xattrs = new Map() }: ImageFile): string =>
  Array.from(xattrs, ([key, value]) => JSON.stringify([key, keyOf(value)]))
    .toSorted()
    .join()
