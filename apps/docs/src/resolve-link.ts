import { existsSync, statSync } from 'node:fs'
import { posix } from 'node:path'
import type { Source } from './sources.ts'

const repository = 'https://github.com/lading/lading'

/** Where links of Markdown files lead. */
export interface Links {
  /** The address on the site, from the page of `source`; undefined when the file does not exist. */
  resolve(source: Source, href: string): string | undefined
}

/**
 * @param options.root the repository
 * @param options.copied files that are on the site as they are (pictures), by their path in the repository
 */
export function createLinks(
  sources: readonly Source[],
  { root, copied }: { readonly root: string; readonly copied: ReadonlyMap<string, string> },
): Links {
  const urls = new Map<string, string>([...copied, ...sources.map(({ file, url }) => [file, url] as const)])
  return {
    resolve({ file, url }, href) {
      if (/^[a-z]+:/.test(href) || href.startsWith('#')) return href
      const [path = '', anchor] = href.split('#')
      const target = posix.join(posix.dirname(file), path).replace(/\/$/, '')
      const at = `${root}/${target}`
      if (!existsSync(at)) return undefined
      const page = urls.get(target) ?? urls.get(`${target}/README.md`)
      const fragment = anchor === undefined ? '' : `#${anchor}`
      if (page !== undefined) return `${posix.relative(posix.dirname(url), page) || posix.basename(page)}${fragment}`
      return `${repository}/${statSync(at).isDirectory() ? 'tree' : 'blob'}/main/${target}${fragment}`
    },
  }
}
