/** Base64 with padding, wherever JavaScript runs. */
export function base64(bytes: Uint8Array): string {
  let binary = ''
  // In pieces: arguments are limited in number.
  for (let at = 0; at < bytes.byteLength; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192))
  return btoa(binary)
}
