/** A shorter input that still fails, by leaving pieces out; as short as a bounded number of tries makes it. */
export function shrink(input: Uint8Array, fails: (candidate: Uint8Array) => boolean): Uint8Array {
  let smallest = input
  let tries = 2000
  for (let size = Math.ceil(input.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < smallest.length && tries > 0; tries--) {
      const candidate = new Uint8Array([...smallest.subarray(0, at), ...smallest.subarray(at + size)])
      if (fails(candidate)) smallest = candidate
      else at += size
    }
  }
  return smallest
}
