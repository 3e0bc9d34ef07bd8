import { bytesOf } from '../encoding.ts'
import type { Random } from '../random.ts'

type Mutation = (input: Uint8Array, random: Random, words: readonly string[], other: Uint8Array) => Uint8Array

const longest = 4096
const stretchedLength = 16_000
const interesting = [0x00, 0x09, 0x0a, 0x0d, 0x20, 0x22, 0x2f, 0x3a, 0x40, 0x5c, 0x7f, 0x80, 0xc0, 0xed, 0xff]

function splice(input: Uint8Array, at: number, remove: number, insert: Uint8Array): Uint8Array {
  const end = Math.min(input.length, at + remove)
  const output = new Uint8Array(at + insert.length + input.length - end)
  output.set(input.subarray(0, at))
  output.set(insert, at)
  output.set(input.subarray(end), at + insert.length)
  return output
}

const place = (input: Uint8Array, random: Random): number => random.below(input.length + 1)
const slice = (input: Uint8Array, random: Random): Uint8Array => {
  const start = place(input, random)
  return input.slice(start, start + 1 + random.below(32))
}

const mutations: readonly Mutation[] = [
  (input, random) => {
    const output = input.slice()
    const at = random.below(input.length)
    if (input.length > 0) output[at] = (output[at] as number) ^ (1 << random.below(8))
    return output
  },
  (input, random) => splice(input, place(input, random), 1, Uint8Array.of(random.pick(interesting))),
  (input, random) => splice(input, place(input, random), random.below(2), random.bytes(1 + random.below(4))),
  (input, random) => splice(input, place(input, random), 1 + random.below(8), new Uint8Array(0)),
  (input, random) => input.slice(0, place(input, random)),
  (input, random, words) => splice(input, place(input, random), 0, bytesOf(random.pick(words))),
  (input, random, words) => splice(input, place(input, random), 1 + random.below(6), bytesOf(random.pick(words))),
  (input, random) => splice(input, place(input, random), 0, slice(input, random)),
  (input, random, _words, other) => splice(input, place(input, random), random.below(16), slice(other, random)),
  (input, random, _words, other) =>
    splice(input, place(input, random), input.length, other.slice(place(other, random))),
]

/** The input with a few changes. */
export function mutate(input: Uint8Array, random: Random, words: readonly string[], other: Uint8Array): Uint8Array {
  let output = input
  for (let count = 1 + random.below(4); count > 0; count--)
    output = random.pick(mutations)(output, random, words, other)
  return output.subarray(0, longest)
}

/** A piece of the input again and again in its place: what makes a parser slow that looks at a character more than a few times. */
export function stretch(input: Uint8Array, random: Random): Uint8Array {
  const start = random.below(input.length)
  const piece = input.slice(start, start + 1 + random.below(8))
  return splice(
    input,
    start,
    0,
    Uint8Array.from({ length: stretchedLength }, (_, at) => piece[at % piece.length] ?? 0),
  )
}
