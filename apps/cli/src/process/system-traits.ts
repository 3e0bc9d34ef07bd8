/** In what operating systems differ for a command line. What is about files is in the traits of the file system. */
export interface SystemTraits {
  /** Ctrl-Break ends what Ctrl-C ends (Windows). */
  readonly hasBreak: boolean
  /** A program is put to sleep with Ctrl-Z, and taken up again. */
  readonly suspends: boolean
  /** `statfs` says the type of a file system, by the numbers of Linux. */
  readonly numbersFileSystems: boolean
  /** A path may begin with a drive: `C:\\images`. */
  readonly hasDrives: boolean
}

/** @param platform as Node names it. Default: this system */
export function systemTraits(platform: string = process.platform): SystemTraits {
  const isWindows = platform === 'win32'
  return {
    hasBreak: isWindows,
    suspends: !isWindows,
    numbersFileSystems: platform === 'linux',
    hasDrives: isWindows,
  }
}
