import { posix, win32 } from 'node:path'

export interface HomeOptions {
  /** As Node names it: `linux`, `darwin`, `win32` … Default: this system. */
  readonly platform?: string | undefined
}

/** How a platform writes its paths. */
export const pathsOf = (platform: string): typeof posix => (platform === 'win32' ? win32 : posix)
