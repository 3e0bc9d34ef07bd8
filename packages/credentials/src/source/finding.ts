import type { Credential } from '../credential.ts'
import type { CredentialError } from '../credential-error.ts'

/** One place that was looked at for a host, and what came of it. Holds no secret. */
export interface Finding {
  /** `docker`, `containers`, `environment`, `netrc` … */
  readonly source: string
  /** The file, the variable or the helper. */
  readonly place: string
  /**
   * - `used`: it is shown to the registry.
   * - `shadowed`: it is there, and an earlier one was found.
   * - `absent`: nothing about this host.
   * - `failed`: it could not be read; nothing behind it is asked.
   * - `unasked`: an earlier one was found or failed, and asking would have run a program.
   */
  readonly outcome: 'used' | 'shadowed' | 'absent' | 'failed' | 'unasked'
  /** One line for people, safe to print. */
  readonly reason: string
  readonly kind?: Credential['kind'] | undefined
  readonly username?: string | undefined
  readonly error?: CredentialError | undefined
}

/** A finding with what was found. Never leaves this package. */
export type Look = Omit<Finding, 'kind' | 'username'> & { readonly credential?: Credential | undefined }
