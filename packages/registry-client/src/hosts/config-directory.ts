import { isAbsolute, join } from 'node:path'
import { homeDirectory } from './home-directory.ts'

/** Where Lading's settings of this user are: `$XDG_CONFIG_HOME/lading`, else `~/.config/lading`. Nothing is read. */
export function configDirectoryFromEnv({
  env = process.env,
}: { readonly env?: Readonly<Record<string, string | undefined>> | undefined } = {}): string {
  const config = env['XDG_CONFIG_HOME']
  // The XDG specification: a relative path is to be ignored.
  return join(config && isAbsolute(config) ? config : join(homeDirectory(env), '.config'), 'lading')
}
