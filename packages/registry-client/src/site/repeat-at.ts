import { repeat, type RepeatOptions } from '../http/repeat.ts'
import type { Site } from './site.ts'

/** `repeat` of a small request to a site: what `once` is given counts all attempts against one clock. */
export const repeatAt = <T>(
  site: Site,
  url: URL,
  once: (site: Site) => Promise<T>,
  options?: RepeatOptions,
): Promise<T> => repeat(site.wire, url, (wire) => once({ ...site, wire }), options)
