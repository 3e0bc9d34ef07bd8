import { join } from 'node:path'
import { configHome, type Variables } from '@lading/home'

/** Where Lading's settings of this user are: `$XDG_CONFIG_HOME/lading`, else `~/.config/lading`. Nothing is read. */
export function configDirectoryFromEnv({ env = process.env }: { readonly env?: Variables | undefined } = {}): string {
  return join(configHome(env), 'lading')
}
