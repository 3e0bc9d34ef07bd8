import type { Descriptor } from '@lading/manifest'
import { PullError } from './pull-error.ts'

/** An index names its images by digest, and what the store makes of a schema 1 image has another one than the index would name. */
export function schema1InIndex({ digest }: Pick<Descriptor, 'digest'>): PullError {
  return new PullError('SCHEMA1_IN_INDEX', `the index contains a Docker schema 1 manifest, ${digest}`, {
    digest,
    hint: `pull that one directly, with --allow-schema1 (option \`allowSchema1\`): @${digest}`,
  })
}
