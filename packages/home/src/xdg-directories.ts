import { isAbsolute, join } from 'node:path'
import { homeDirectory } from './home-directory.ts'
import type { Variables } from './variables.ts'

/** `$XDG_CONFIG_HOME`, else `~/.config` (XDG Base Directory Specification). */
export const configHome = (env: Variables): string => xdg(env, 'XDG_CONFIG_HOME', '.config')

/** `$XDG_DATA_HOME`, else `~/.local/share` (XDG Base Directory Specification). */
export const dataHome = (env: Variables): string => xdg(env, 'XDG_DATA_HOME', join('.local', 'share'))

/** The specification: a relative path is to be ignored. */
function xdg(env: Variables, name: string, below: string): string {
  const given = env[name]
  return given && isAbsolute(given) ? given : join(homeDirectory(env), below)
}
