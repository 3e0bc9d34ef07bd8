/** Devices, with any extension and in any case: Windows takes `NUL.txt` for one, too. */
const device = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\u00B9\u00B2\u00B3])(?:[ .].*|:.*)?$/i
/** No file has these in its name, and a colon would name another stream of a file. */
// oxlint-disable-next-line no-control-regex
const never = /[\u0000-\u001F<>:"/\\|?*]/

/**
 * Whether a file on Windows can have this name and no other: a device's would open the device, and dots and blanks at the end
 * are dropped (Naming Files, Paths, and Namespaces).
 */
export const isNameOnWindows = (name: string): boolean =>
  name !== '' && !device.test(name) && !never.test(name) && !/[. ]$/.test(name)
