/** A member's name as Go's encoding/json compares it: case folded, the Kelvin sign as `k` and the long s as `s`. */
export function foldName(name: string): string {
  return lowerAscii.test(name) ? name : name.replaceAll('\u017f', 's').replaceAll('\u212a', 'k').toLowerCase()
}

// Most names are; the test is cheaper than three copies.
const lowerAscii = /^[a-z_.-]*$/
