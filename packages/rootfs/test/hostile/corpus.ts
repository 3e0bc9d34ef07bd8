import { archiveLies } from './archive-lies.ts'
import { attributes } from './attributes.ts'
import { kindsAndMetadata } from './kinds.ts'
import { links } from './links.ts'
import { names } from './names.ts'
import { quotas } from './quotas.ts'
import type { Row } from './row.ts'
import { whiteouts } from './whiteouts.ts'

/**
 * Images made to do harm, or to be misread, with what comes of each.
 *
 * @param outside a directory beside the root that must not change, absolute
 */
export const corpus = (outside: string): Readonly<Record<string, readonly Row[]>> => ({
  names,
  links: links(outside),
  whiteouts: whiteouts(outside),
  'kinds and metadata': kindsAndMetadata,
  'extended attributes': attributes,
  'archives that lie': archiveLies,
  quotas,
})
