/** In what operating systems differ for the directories of hosts. */
export interface SystemTraits {
  /** A file's name may have a colon. `false`: containerd leaves it out (`localhost5000`; Windows). */
  readonly namesHaveColons: boolean
}

/** @param platform as Node names it. Default: this system */
export const systemTraits = (platform: string = process.platform): SystemTraits => ({
  namesHaveColons: platform !== 'win32',
})
