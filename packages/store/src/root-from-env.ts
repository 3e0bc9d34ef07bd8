import { isAbsolute, join } from 'node:path'
import { homeDirectory } from './home-directory.ts'

/** Where the store of this user is: `LADING_ROOT`, `$XDG_DATA_HOME/lading`, else `~/.local/share/lading`. Nothing is read. */
export function rootFromEnv({
  env = process.env,
}: { readonly env?: Readonly<Record<string, string | undefined>> | undefined } = {}): string {
  if (env['LADING_ROOT']) return env['LADING_ROOT']
  const data = env['XDG_DATA_HOME']
  // The XDG specification: a relative path is to be ignored.
  return join(data && isAbsolute(data) ? data : join(homeDirectory(env), '.local', 'share'), 'lading')
}
