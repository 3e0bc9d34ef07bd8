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

/** The same in words, for help and the manual. */
export const exitCodeMeanings: Readonly<Record<ExitCode, string>> = {
  0: 'success',
  1: 'any failure without a code of its own',
  2: 'usage error: the command line, a reference, a platform, a pattern or a configuration file is invalid or cannot be read',
  3: 'not found: no such image, tag, repository or platform, in the store or at the registry',
  4: 'access denied: the registry requires a login or rejected this one, or a configuration file blocks the registry',
  5: 'network error: the registry cannot be reached, its certificate is not trusted, or its answer is not that of a registry',
  6: 'verification failed: the content does not match its digest, size, diffID, compression or manifest',
  7: 'store error: no space, no permission, not a directory, damaged, or written by a newer version',
  129: 'ended by SIGHUP',
  130: 'ended by SIGINT (Ctrl-C), or on Windows by Ctrl-Break',
  143: 'ended by SIGTERM',
}
