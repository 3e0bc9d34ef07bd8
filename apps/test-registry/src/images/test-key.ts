import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'

// Two primes are the whole key. Everybody has them: what it signs proves nothing, and is the same each time.
const p =
  0xd92b153c6f6d2605c0eb8526486bc177418596649e1985829f0dd27238704956cf2164ba0877e53bed7d95afea3be54cec3c5dbd951cfcc001e3925f5eee942728b2b9ef7b50b39356fa9a5743a1a128a3626bbfcaf132e77933cfb5d7d00707d0d0284b4a1f612a0260cad7b5cbed0d398428aaa2140a13de6ff9cc2466ecf9n
const q =
  0xd91c7d7a029373725b38dcef635aa669343fbc5ee14205aee67d340879d6823276c883a5eb12be0d520b6fed231a1bd0a7b0e94ae50235f57ad831f63eba0199688fb6d935ca81ddc99545c91ce7c1b5d3fcd9857df19fd76551d8ff962c1038411fc6a6cf506a0e2a4499c296c1f5f38dff08c7eca592bddb4d8b673dd5b5b3n
const e = 65537n

/** An RSA key of 2048 bits that is the same everywhere. */
export function testKey(): { readonly privateKey: KeyObject; readonly publicKey: KeyObject } {
  const d = inverse(e, (p - 1n) * (q - 1n))
  const numbers = { n: p * q, e, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: inverse(q, p) }
  const jwk = Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, base64url(value)]))
  const privateKey = createPrivateKey({ key: { kty: 'RSA', ...jwk }, format: 'jwk' })
  return { privateKey, publicKey: createPublicKey(privateKey) }
}

/** By Euclid's extended algorithm. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [before, rest] = [modulus, value % modulus]
  let [left, right] = [0n, 1n]
  while (rest !== 0n) {
    const times = before / rest
    ;[before, rest] = [rest, before - times * rest]
    ;[left, right] = [right, left - times * right]
  }
  return ((left % modulus) + modulus) % modulus
}

function base64url(value: bigint): string {
  const hex = value.toString(16)
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex').toString('base64url')
}
