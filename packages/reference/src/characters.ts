const inRange = (first: string, last: string): ((unit: number) => boolean) => {
  const low = first.charCodeAt(0)
  const high = last.charCodeAt(0)
  return (unit) => unit >= low && unit <= high
}

export const isDigit: (unit: number) => boolean = inRange('0', '9')
const isLower: (unit: number) => boolean = inRange('a', 'z')
export const isUpper: (unit: number) => boolean = inRange('A', 'Z')
const isLowerHexLetter = inRange('a', 'f')
const isUpperHexLetter = inRange('A', 'F')

export const isLowerAlphanumeric = (unit: number): boolean => isLower(unit) || isDigit(unit)
export const isAlphanumeric = (unit: number): boolean => isLowerAlphanumeric(unit) || isUpper(unit)
export const isLowerHex = (unit: number): boolean => isDigit(unit) || isLowerHexLetter(unit)
export const isHex = (unit: number): boolean => isLowerHex(unit) || isUpperHexLetter(unit)

export const plus = 0x2b
export const slash = 0x2f
export const colon = 0x3a
export const at = 0x40
export const dot = 0x2e
export const dash = 0x2d
export const underscore = 0x5f
export const openBracket = 0x5b
export const closeBracket = 0x5d
