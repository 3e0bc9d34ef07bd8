import fc from 'fast-check'

/** Numbers in [0, 1) without end, as `Math.random` gives them, replayed with the seed of the property. */
export const dice = (): fc.Arbitrary<() => number> =>
  fc.infiniteStream(fc.nat({ max: 999 })).map((stream) => () => (stream.next().value as number) / 1000)
