/** overlayfs interprets these: in a lower directory they would hide files, or redirect a directory to another one. */
const overlay = /^(?:trusted|user)\.overlay\./

/** Whether an attribute is set, and not only recorded. @param records whether everything that needs root is only recorded */
export const isSettable = (name: string, records: boolean): boolean =>
  !overlay.test(name) && (!records || name.startsWith('user.'))
