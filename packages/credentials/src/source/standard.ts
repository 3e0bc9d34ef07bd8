import type { CredentialProvider, Variables } from '../credential.ts'
import { chain } from './chain.ts'
import { containersAuth } from './containers-auth.ts'
import type { CredentialSource } from './create-source.ts'
import { dockerAuthConfig, dockerConfig } from './docker-config.ts'
import { netrc } from './netrc.ts'
import { environmentAuth } from './variables.ts'

export interface CredentialsFromEnvOptions {
  /** Default: the variables of this process. */
  readonly env?: Variables | undefined
  /** Asked before all others: what the caller was given for this call. */
  readonly first?: CredentialProvider | undefined
  /** Told once of each file that is passed over; a line, safe to print. */
  readonly onWarning?: ((message: string) => void) | undefined
}

/**
 * Every place there is, what is said more explicitly first: the call, `LADING_AUTH_<HOST>`, `DOCKER_AUTH_CONFIG`, the
 * file that `REGISTRY_AUTH_FILE` names, docker's `config.json`, containers' `auth.json`, netrc.
 */
export function credentialsFromEnv({
  env = process.env,
  first,
  onWarning,
}: CredentialsFromEnvOptions = {}): CredentialSource {
  const named = Boolean(env['REGISTRY_AUTH_FILE'])
  const files = [containersAuth({ env, onWarning }), dockerConfig({ env })]
  return chain(
    ...(first === undefined ? [] : [first]),
    environmentAuth({ env }),
    dockerAuthConfig({ env }),
    ...(named ? files : files.toReversed()),
    netrc({ env }),
  )
}
