import { namesContent } from '@lading/content'
import { printable } from '@lading/errors'
import type { Descriptor } from '@lading/manifest'
import type { Place } from '../request/choose-upstream.ts'
import { ServeError } from '../serve-error.ts'

const schema1 = /^application\/vnd\.docker\.distribution\.manifest\.v1\+/

/**
 * That it is an image or an index. Of what is neither nobody could be served the whole; as if it were not there, so that a
 * client with several mirrors asks the next one.
 *
 * @throws ServeError 404
 */
export function assertPassable({ upstream: { host }, repository }: Place, { mediaType }: Descriptor): void {
  if (namesContent({ mediaType })) return
  const where = `${host}/${repository}`
  const isOld = schema1.test(mediaType)
  const form = isOld
    ? 'schema 1, the image format used before 2016'
    : mediaType === ''
      ? 'something without a type'
      : printable(mediaType, 200)
  throw new ServeError('MANIFEST_UNKNOWN', `${where} has it as ${form}, which this server does not serve`, {
    status: 404,
    hint: isOld
      ? `pull it from ${host} directly: lading pull --allow-schema1 ${where}:TAG`
      : `pull it from ${host} directly`,
  })
}
