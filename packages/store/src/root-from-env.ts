import { existsSync } from 'node:fs'
import { join, win32 } from 'node:path'
import { dataHome, type Variables } from '@lading/home'

interface RootPlaces {
  /** Default: the process's. */
  readonly env?: Variables | undefined
  /** As Node names it. Default: this system. */
  readonly platform?: string | undefined
  /** Whether there is something at a path. Default: looks. */
  readonly exists?: ((path: string) => boolean) | undefined
}

/**
 * Where the store of this user is: `LADING_ROOT`, `$XDG_DATA_HOME/lading`, else `~/.local/share/lading`. On Windows
 * `%LOCALAPPDATA%\lading` is before the last one, unless there is a store at `~/.local/share/lading` alone, where it was
 * earlier: that one goes on being used. Nothing is looked at elsewhere.
 */
export function rootFromEnv({
  env = process.env,
  platform = process.platform,
  exists = existsSync,
}: RootPlaces = {}): string {
  if (env['LADING_ROOT']) return env['LADING_ROOT']
  const earlier = join(dataHome(env), 'lading')
  const local = env['LOCALAPPDATA']
  if (platform !== 'win32' || env['XDG_DATA_HOME'] || !local || !win32.isAbsolute(local)) return earlier
  const root = win32.join(local, 'lading')
  return exists(earlier) && !exists(root) ? earlier : root
}

/** The sentence for who uses a store on Windows at the place where it was earlier; `undefined` for anybody else. */
export function earlierRootNote(
  root: string,
  { env = process.env, platform = process.platform }: RootPlaces = {},
): string | undefined {
  const local = env['LOCALAPPDATA']
  if (platform !== 'win32' || env['LADING_ROOT'] || env['XDG_DATA_HOME'] || !local) return undefined
  if (root !== join(dataHome(env), 'lading')) return undefined
  return `the store at ${root} is used, where it was earlier; to have it in its new place, move it to ${win32.join(local, 'lading')}`
}
