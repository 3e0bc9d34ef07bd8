/** overlayfs takes these for its own: in a lower directory they would hide files, or make them another directory's. */
const overlay = /^(?:trusted|user)\.overlay\./

/** Whether an attribute is to be set, and not only recorded. @param records nothing is set that needs root */
export const isSettable = (name: string, records: boolean): boolean =>
  !overlay.test(name) && (!records || name.startsWith('user.'))
