import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/**
 * Where the worker's file is, from source, from `dist` and from a bundle that ships it. `undefined` where a bundler left it behind, or
 * left no `import.meta.url` to start from, as CommonJS bundles do: nothing here may throw, and nothing may run at import.
 *
 * @param base default: this module.
 */
export function workerUrl(base: string | undefined = import.meta.url): URL | undefined {
  try {
    const url = new URL(`./uncompress-worker${base.endsWith('.ts') ? '.ts' : '.js'}`, base)
    return existsSync(fileURLToPath(url)) ? url : undefined
  } catch {
    return undefined
  }
}
