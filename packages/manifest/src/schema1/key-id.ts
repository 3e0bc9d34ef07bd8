const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/**
 * libtrust's name for a public key: the first 240 bits of the SHA-256 of its SubjectPublicKeyInfo in base32, in twelve
 * groups of four.
 */
export async function keyIdOf(spki: Uint8Array): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(spki)))
  let text = ''
  // 30 bytes are six times five, and five bytes are eight characters: nothing is left over.
  for (let at = 0; at < 30; at += 5) {
    const bits = hash.subarray(at, at + 5).reduce((sum, byte) => sum * 256n + BigInt(byte), 0n)
    for (let shift = 35n; shift >= 0n; shift -= 5n) text += alphabet[Number((bits >> shift) & 31n)] ?? ''
  }
  return (text.match(/.{4}/g) ?? []).join(':')
}
