/** In what operating systems differ for credentials: their files and their helpers. */
export interface SystemTraits {
  /** The bits of a file say who reads it. `false`: they say nothing (Windows). */
  readonly hasModeBits: boolean
  /** A program and all that it starts are a group, which one signal ends. */
  readonly hasProcessGroups: boolean
  /** What the name of a program ends with: `.exe`. */
  readonly programSuffix: string
  /** PATH is PATH alone. `false`: Path and path, too (Windows). */
  readonly variablesHaveCase: boolean
  /** curl's and git's name for a file of passwords. */
  readonly netrcName: string
  /** podman keeps its logins in `~/.config` (Windows, macOS), and not in a runtime directory. */
  readonly loginsInHome: boolean
}

/** @param platform as Node names it. Default: this system */
export function systemTraits(platform: string = process.platform): SystemTraits {
  const isWindows = platform === 'win32'
  return {
    hasModeBits: !isWindows,
    hasProcessGroups: !isWindows,
    programSuffix: isWindows ? '.exe' : '',
    variablesHaveCase: !isWindows,
    netrcName: isWindows ? '_netrc' : '.netrc',
    loginsInHome: isWindows || platform === 'darwin',
  }
}
