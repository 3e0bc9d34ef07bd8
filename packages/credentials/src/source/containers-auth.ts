import { printable } from '@lading/errors'
import { readBounded } from '../config/read-bounded.ts'
import type { Variables } from '../credential.ts'
import { CredentialError } from '../credential-error.ts'
import { createSource, type CredentialSource } from './create-source.ts'
import { lookInConfig } from './look-in-config.ts'
import { modeNote } from './mode-note.ts'
import { containersAuthFiles, isGuessed } from './places.ts'
import { readGuessed } from './read-guessed.ts'

export interface ContainersAuthOptions {
  /** The files in order. Default: `$REGISTRY_AUTH_FILE`, else `$XDG_RUNTIME_DIR/containers/auth.json` and `$XDG_CONFIG_HOME/containers/auth.json`. */
  readonly files?: readonly string[] | undefined
  /** Default: the variables of this process. */
  readonly env?: Variables | undefined
  /** Told once of each file that is passed over; a line, safe to print. */
  readonly onWarning?: ((message: string) => void) | undefined
  /** Is it looked for without being named? Then it counts as absent where it may not be read. Default: `/run/containers/UID/auth.json`. */
  readonly guessed?: ((file: string) => boolean) | undefined
}

/**
 * The `auth.json` of podman, skopeo and buildah by their rules: a key may name a path (`quay.io/acme`), the longest that
 * fits counts, `credHelpers` before `auths`. That they also look into docker's file is for `chain` to say.
 *
 * The source throws CredentialError, as `dockerConfig`'s does.
 */
export function containersAuth({
  env = process.env,
  files = containersAuthFiles(env),
  onWarning,
  guessed = isGuessed,
}: ContainersAuthOptions = {}): CredentialSource {
  const told = new Set<string>()
  const passOver = (place: string): string => {
    const reason = 'this user cannot read it, and XDG_RUNTIME_DIR does not point to it'
    if (!told.has(place)) onWarning?.(`${printable(place)} is ignored: ${reason}`)
    told.add(place)
    return reason
  }
  return createSource('containers', async function* (target, { signal, ask }) {
    for (const place of files) {
      const read = await (guessed(place) ? readGuessed : readBounded)(place, { signal })
      if (read instanceof CredentialError)
        yield { source: 'containers', place, outcome: 'absent', reason: passOver(place) }
      else if (read === undefined)
        yield { source: 'containers', place, outcome: 'absent', reason: 'the file does not exist' }
      else
        yield* lookInConfig(
          { source: 'containers', place, text: read.text, rules: 'containers', note: modeNote(read.mode) },
          target,
          { env, signal, ask },
        )
    }
  })
}
