// FIPS 180-4 4.2 and 5.3 take their constants from the first primes: computed, they need no table to be trusted.

function firstPrimes(count: number): bigint[] {
  const primes: bigint[] = []
  for (let candidate = 2n; primes.length < count; candidate++)
    if (primes.every((prime) => candidate % prime !== 0n)) primes.push(candidate)
  return primes
}

/** The first 64 bits behind the point of a root: the whole root of `value * 2^(64 * degree)`, less its whole part. */
function fraction(value: bigint, degree: 2n | 3n): bigint {
  const shifted = value << (64n * degree)
  let low = 0n
  let high = 1n << 80n
  while (high - low > 1n) {
    const middle = (low + high) >> 1n
    if (middle ** degree <= shifted) low = middle
    else high = middle
  }
  return low & 0xffff_ffff_ffff_ffffn
}

/** Of the cube roots of the first 80 primes: SHA-512's constants; the upper halves of the first 64 are SHA-256's. */
export const cubeFractions = (): bigint[] => firstPrimes(80).map((prime) => fraction(prime, 3n))

/** Of the square roots of the first 16 primes: SHA-512 starts with the first eight, SHA-384 with the last. */
export const squareFractions = (): bigint[] => firstPrimes(16).map((prime) => fraction(prime, 2n))
