import { parseNetrc } from '../config/parse-netrc.ts'
import { readBounded } from '../config/read-bounded.ts'
import type { Variables } from '../credential.ts'
import { canonicalHost } from '../host.ts'
import { createSource, type CredentialSource } from './create-source.ts'
import { modeNote } from './mode-note.ts'
import { netrcFile } from './places.ts'

export interface NetrcOptions {
  /** Default: `$NETRC`, else `~/.netrc` (on Windows `~/_netrc`). */
  readonly file?: string | undefined
  /** Default: the variables of this process. */
  readonly env?: Variables | undefined
}

/**
 * The netrc file of curl and ftp. A machine must be the registry's host exactly, with its port if it has one. The
 * `default` entry is not used: it would show a password to every registry there is.
 *
 * The source throws CredentialError `CREDENTIALS_INVALID`, `CREDENTIALS_TOO_LARGE` or `CREDENTIALS_UNREADABLE`.
 */
export function netrc({ env = process.env, file = netrcFile(env) }: NetrcOptions = {}): CredentialSource {
  return createSource('netrc', async function* ({ host }, { signal }) {
    const where = { source: 'netrc', place: file }
    const read = await readBounded(file, { signal })
    if (read === undefined) {
      yield { ...where, outcome: 'absent', reason: 'the file does not exist' }
      return
    }
    const wanted = canonicalHost(host)
    const entry = parseNetrc(read.text, file).find(
      ({ machine, login, password }) =>
        canonicalHost(machine) === wanted && login !== undefined && password !== undefined,
    )
    if (entry === undefined)
      yield { ...where, outcome: 'absent', reason: `no machine ${wanted} with a login and a password` }
    else {
      const note = modeNote(read.mode)
      yield {
        ...where,
        outcome: 'used',
        reason: `machine ${wanted}${note === undefined ? '' : `; ${note}`}`,
        credential: { kind: 'basic', username: entry.login ?? '', password: entry.password ?? '' },
      }
    }
  })
}
