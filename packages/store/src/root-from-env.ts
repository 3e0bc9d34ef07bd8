import { join } from 'node:path'
import { dataHome, type Variables } from '@lading/home'

/** Where the store of this user is: `LADING_ROOT`, `$XDG_DATA_HOME/lading`, else `~/.local/share/lading`. Nothing is read. */
export function rootFromEnv({ env = process.env }: { readonly env?: Variables | undefined } = {}): string {
  return env['LADING_ROOT'] || join(dataHome(env), 'lading')
}
