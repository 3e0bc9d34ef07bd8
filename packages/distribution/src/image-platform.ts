import { formatPlatform, platformOf, samePlatform, type Descriptor, type ImageConfig } from '@lading/manifest'
import type { PullJob } from './pull-job.ts'

/** An image of another platform than the wanted one is pulled all the same, and told. */
export function warnAboutPlatform(
  job: PullJob,
  config: ImageConfig,
  { digest }: Pick<Descriptor, 'digest'>,
  fromIndex: boolean,
): void {
  const actual = platformOf(config)
  if (samePlatform(actual, job.platform)) return
  const source = fromIndex ? 'the index says otherwise, but the image' : 'the image'
  job.emit({
    type: 'warning',
    code: 'PLATFORM_DIFFERS',
    message: `${source} is for ${formatPlatform(actual)}, not for the wanted ${formatPlatform(job.platform)} (${digest})`,
  })
}
