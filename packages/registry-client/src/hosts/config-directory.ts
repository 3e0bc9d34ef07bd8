import { configHome, pathsOf, type HomeOptions, type Variables } from '@lading/home'

/** Where Lading's settings of this user are: `$XDG_CONFIG_HOME/lading`, else `~/.config/lading`. Nothing is read. */
export function configDirectoryFromEnv({
  env = process.env,
  platform = process.platform,
}: HomeOptions & { readonly env?: Variables | undefined } = {}): string {
  return pathsOf(platform).join(configHome(env, { platform }), 'lading')
}
