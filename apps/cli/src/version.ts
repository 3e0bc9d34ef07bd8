import { readFileSync } from 'node:fs'

declare const LADING_VERSION: string | undefined

/** The version of the `lading` package: built in by the bundler, from `package.json` when run from source. */
export function version(): string {
  if (typeof LADING_VERSION === 'string') return LADING_VERSION
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
  return manifest.version
}
