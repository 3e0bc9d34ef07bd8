import { readBounded } from '../config/read-bounded.ts'
import type { Variables } from '../credential.ts'
import { createSource, type CredentialSource } from './create-source.ts'
import { lookInConfig } from './look-in-config.ts'
import { modeNote } from './mode-note.ts'
import { containersAuthFiles } from './places.ts'

export interface ContainersAuthOptions {
  /** The files in order. Default: `$REGISTRY_AUTH_FILE`, else `$XDG_RUNTIME_DIR/containers/auth.json` and `$XDG_CONFIG_HOME/containers/auth.json`. */
  readonly files?: readonly string[] | undefined
  /** Default: the variables of this process. */
  readonly env?: Variables | undefined
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
}: ContainersAuthOptions = {}): CredentialSource {
  return createSource('containers', async function* (target, { signal, ask }) {
    for (const place of files) {
      const read = await readBounded(place, { signal })
      if (read === undefined) yield { source: 'containers', place, outcome: 'absent', reason: 'there is no such file' }
      else
        yield* lookInConfig(
          { source: 'containers', place, text: read.text, rules: 'containers', note: modeNote(read.mode) },
          target,
          { env, signal, ask },
        )
    }
  })
}
