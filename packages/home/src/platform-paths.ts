import { posix, win32 } from 'node:path'

export interface HomeOptions {
  /** As Node names it: `linux`, `darwin`, `win32` … Default: this system. */
  readonly platform?: string | undefined
}

/** Of Node's `path`, what needs no types of Node to be told. */
export interface PlatformPaths {
  /** Between the paths of a list: `:` or `;`. */
  readonly delimiter: string
  readonly isAbsolute: (path: string) => boolean
  readonly join: (...parts: string[]) => string
}

/** How a platform writes its paths. */
export const pathsOf = (platform: string): PlatformPaths => (platform === 'win32' ? win32 : posix)
