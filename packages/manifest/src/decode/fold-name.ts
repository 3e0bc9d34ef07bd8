/** A member's name as Go's encoding/json compares it: case folded, the Kelvin sign as `k` and the long s as `s`. */
export function foldName(name: string): string {
  return name.replaceAll('\u017f', 's').replaceAll('\u212a', 'k').toLowerCase()
}
