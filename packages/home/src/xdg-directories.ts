import { homeDirectory } from './home-directory.ts'
import { pathsOf, type HomeOptions } from './platform-paths.ts'
import type { Variables } from './variables.ts'

/** `$XDG_CONFIG_HOME`, else `~/.config` (XDG Base Directory Specification). */
export const configHome = (env: Variables, options?: HomeOptions): string =>
  xdg(env, 'XDG_CONFIG_HOME', ['.config'], options)

/** `$XDG_DATA_HOME`, else `~/.local/share` (XDG Base Directory Specification). */
export const dataHome = (env: Variables, options?: HomeOptions): string =>
  xdg(env, 'XDG_DATA_HOME', ['.local', 'share'], options)

/** The specification: a relative path is to be ignored. */
function xdg(
  env: Variables,
  name: string,
  below: readonly string[],
  { platform = process.platform }: HomeOptions = {},
): string {
  const { isAbsolute, join } = pathsOf(platform)
  const given = env[name]
  return given && isAbsolute(given) ? given : join(homeDirectory(env, { platform }), ...below)
}
