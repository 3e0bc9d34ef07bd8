import { formatPlatform, registryDigestOf } from '@lading/manifest'
import type { ImageSummary } from '@lading/store'
import { fromJson, struct, type Struct } from '../format/value.ts'
import { formatAge } from '../text/age.ts'
import { goTime } from '../text/local-time.ts'
import { formatSize } from '../text/size.ts'

export interface ShownImage {
  readonly image: ImageSummary
  /** Milliseconds since 1970. */
  readonly created: number | undefined
  /** As lists show the name. */
  readonly repository: string
  /** Shortened or not. */
  readonly id: string
}

/** What `docker images --format` sees of an image, and beside it what `lading images --json` shows. */
export function imageRow({ image, created, repository, id }: ShownImage): Struct {
  const size = formatSize(image.size, 3)
  return struct(
    {
      Containers: 'N/A',
      CreatedAt: created === undefined ? 'N/A' : goTime(created),
      CreatedSince: formatAge(created),
      Digest: registryDigestOf(image.target),
      ID: id,
      Repository: repository,
      SharedSize: 'N/A',
      Size: size,
      Tag: image.tag ?? '<none>',
      UniqueSize: 'N/A',
      VirtualSize: size,
    },
    { beside: { Platform: formatPlatform(image.platform), ...ours(image) } },
  )
}

function ours({
  name,
  tag,
  target,
  id,
  platform,
  created,
  size,
}: ImageSummary): Readonly<Record<string, ReturnType<typeof fromJson>>> {
  return { name, tag, target: fromJson(target), id, platform: formatPlatform(platform), created, size }
}

/** docker's headings, and ours in the same way. */
export const imageHeadings: Struct = struct({
  Containers: 'CONTAINERS',
  CreatedAt: 'CREATED AT',
  CreatedSince: 'CREATED',
  Digest: 'DIGEST',
  ID: 'IMAGE ID',
  Repository: 'REPOSITORY',
  SharedSize: 'SHARED SIZE',
  Size: 'SIZE',
  Tag: 'TAG',
  UniqueSize: 'UNIQUE SIZE',
  VirtualSize: 'SIZE',
  Platform: 'PLATFORM',
  name: 'NAME',
  tag: 'TAG',
  target: fromJson({ mediaType: 'MEDIA TYPE', digest: 'DIGEST', size: 'SIZE' }),
  id: 'ID',
  platform: 'PLATFORM',
  created: 'CREATED',
  size: 'SIZE',
})
