/** Options of the program itself, which every command takes too. */
export interface GlobalOptions {
  readonly root?: string | undefined
  readonly debug?: boolean | undefined
  /** Milliseconds. */
  readonly lockTimeout?: number | undefined
}

/** How fast, and for how long, a registry may be talked to. */
export interface PaceOptions {
  /** Bytes per second. */
  readonly limitRate?: number | undefined
  /** Milliseconds, like the others. */
  readonly connectTimeout?: number | undefined
  readonly stallTimeout?: number | undefined
  readonly requestTimeout?: number | undefined
}

/** What every command that talks to a registry takes. */
export interface RegistryCommandOptions extends GlobalOptions, PaceOptions {
  readonly insecure?: readonly string[] | undefined
  readonly mirror?: readonly string[] | undefined
  readonly hostsDir?: readonly string[] | undefined
  readonly proxy?: string | undefined
  readonly allowRealm?: readonly string[] | undefined
}
