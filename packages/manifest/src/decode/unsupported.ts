import { printable } from '@lading/errors'
import { ManifestError } from '../manifest-error.ts'
import { isSchema1Type } from '../media-types.ts'

export function schema1(mediaType?: string): ManifestError {
  return new ManifestError(
    'MANIFEST_SCHEMA1',
    'this is a Docker schema 1 manifest, a format given up in 2017 and removed from registries and clients since',
    {
      hint: 'push the image again with any Docker since 1.10, or allow the old format with --allow-schema1 (option `allowSchema1`)',
      ...(mediaType === undefined ? {} : { actual: mediaType }),
    },
  )
}

/** The error for a media type that nobody here decodes. */
export function unsupported(mediaType: string | undefined): ManifestError {
  if (mediaType !== undefined && isSchema1Type(mediaType)) return schema1(mediaType)
  const shown = mediaType === undefined ? 'without a media type' : `of type "${printable(mediaType, 200)}"`
  return new ManifestError('MANIFEST_UNSUPPORTED', `a document ${shown} is neither a manifest nor an index`, {
    hint: 'teach the registry of schemas your media type: schemas.with(mediaType, decoder)',
    ...(mediaType === undefined ? {} : { actual: printable(mediaType, 200) }),
  })
}
