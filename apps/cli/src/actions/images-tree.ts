import { formatPlatform, registryDigestOf } from '@lading/manifest'
import type { Store } from '@lading/store'
import { jsonLines } from '../text/json-lines.ts'
import { formatSize } from '../text/size.ts'
import { formatTable } from '../text/table.ts'
import { platformsOf, type PlatformImage } from './image-platforms.ts'
import { shortImageId, shownName, type Dated } from './image-words.ts'

interface TreeOptions {
  readonly json?: boolean | undefined
  readonly trunc: boolean
  /** Columns of a screen; absent where nothing wraps. */
  readonly columns?: number | undefined
}

interface Branch extends Dated {
  /** Of an index. */
  readonly platforms?: readonly PlatformImage[] | undefined
}

/** Each name, and below it the platforms of its index: which are here, with their IDs and sizes. */
export async function treeLines(
  store: Store,
  found: readonly Dated[],
  options: TreeOptions,
): Promise<Iterable<string> | AsyncIterable<string>> {
  const branches: Branch[] = []
  for (const each of found) branches.push({ ...each, platforms: await platformsOf(store, each.image.target) })
  if (options.json === true) return jsonLines(branches.map(asJson))
  return formatTable(
    ['IMAGE', 'ID', 'SIZE', 'HERE'],
    branches.flatMap((branch) => rows(branch, options)),
    { width: options.trunc ? options.columns : undefined },
  )
}

function rows({ image, platforms }: Branch, { trunc }: TreeOptions): readonly (readonly string[])[] {
  const idOf = (id: Parameters<typeof shortImageId>[0]): string => (trunc ? shortImageId(id) : id)
  const name = `${shownName(image.name)}:${image.tag ?? '<none>'}`
  if (platforms === undefined) return [[name, idOf(image.id), formatSize(image.size, 3), 'yes']]
  const here = platforms.filter((each) => each.here)
  const size = here.reduce((sum, each) => sum + (each.size ?? 0), 0)
  return [
    [name, idOf(registryDigestOf(image.target)), formatSize(size, 3), `${here.length} of ${platforms.length}`],
    ...platforms.map(({ platform, id, size: own, here: isHere }, at) => [
      `${at === platforms.length - 1 ? '└─' : '├─'} ${platform === undefined ? 'no platform' : formatPlatform(platform)}`,
      id === undefined ? '-' : idOf(id),
      own === undefined ? '-' : formatSize(own, 3),
      isHere ? 'yes' : 'no',
    ]),
  ]
}

const asJson = ({ image, platforms }: Branch): object => ({
  ...image,
  platform: formatPlatform(image.platform),
  platforms: platforms?.map((each) => ({
    ...each,
    platform: each.platform === undefined ? undefined : formatPlatform(each.platform),
  })),
})
