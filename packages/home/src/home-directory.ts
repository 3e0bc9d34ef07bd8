import { homedir, userInfo } from 'node:os'
import { pathsOf, type HomeOptions } from './platform-paths.ts'
import type { Variables } from './variables.ts'

/**
 * The user's home directory: `HOME`, else what the system knows; on Windows `USERPROFILE` goes before `HOME`, as docker
 * and podman have it. A user that is only a number, as clusters give to containers, has none, and there `/` is it, which
 * is what container runtimes set `HOME` to. Never a relative path: files of the working directory are not the user's.
 */
export function homeDirectory(env: Variables, { platform = process.platform }: HomeOptions = {}): string {
  const { isAbsolute } = pathsOf(platform)
  const names = platform === 'win32' ? ['USERPROFILE', 'HOME'] : ['HOME']
  for (const known of [...names.map((name) => () => env[name]), homedir, () => userInfo().homedir]) {
    const home = quietly(known)
    if (home !== undefined && isAbsolute(home)) return home
  }
  return '/'
}

function quietly(known: () => string | undefined): string | undefined {
  try {
    return known()
  } catch {
    // Node throws where the system has no entry for the user.
    return undefined
  }
}
