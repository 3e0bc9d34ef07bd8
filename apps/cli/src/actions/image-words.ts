import type { Digest } from '@lading/digest'
import { familiarName, parseReference } from '@lading/reference'
import type { ImageSummary } from '@lading/store'

/** With its time in milliseconds since 1970. */
export interface Dated {
  readonly image: ImageSummary
  readonly created: number | undefined
}

// Names of other hosts are shown in full, which needs no second look at thousands of them.
export const shownName = (name: string): string =>
  name.startsWith('docker.io/') ? familiarName(parseReference(name)) : name

/** The first 12 hexadecimal digits, what people see of an image ID. Not examined, for there may be thousands of them. */
export function shortImageId(id: Digest): string {
  const start = id.indexOf(':') + 1
  return id.slice(start, start + 12)
}
