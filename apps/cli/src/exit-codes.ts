/** The exit codes of `lading`. Stable: a number never changes its meaning. The README has the same table. */
export const exitCodes = {
  /** Done. Also when the reader of our output had enough (`lading images | head -1`). */
  ok: 0,
  /** Anything that has no number of its own. */
  failure: 1,
  /** The command line, a reference, a platform, a pattern or a configuration file is malformed or cannot be read. */
  usage: 2,
  /** No such image, tag, repository, or platform of an image; here or at the registry. */
  notFound: 3,
  /** The registry wants a login, or refuses this one. */
  denied: 4,
  /** The registry cannot be reached, its certificate is not accepted, or it does not answer as a registry does. */
  network: 5,
  /** What arrived is not what was promised: digest, size, diffID, compression, manifest. */
  verification: 6,
  /** The store: no space, no permission, not a directory, damaged, or of a newer format. */
  storage: 7,
  hangup: 129,
  interrupted: 130,
  terminated: 143,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]
