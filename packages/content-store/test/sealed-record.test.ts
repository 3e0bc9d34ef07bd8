import { openRecord, sealRecord } from '@lading/content-store'
import fc from 'fast-check'
import { expect, it } from 'vitest'

const record = {
  version: 1,
  name: 'sha256:abc',
  parent: undefined,
  list: [1, 'two', { three: null }],
  text: '"\u2028ü',
}
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

it('reads what it wrote', () => {
  const { parent: _, ...members } = record
  expect(openRecord(sealRecord(record))).toEqual(members)
  expect(openRecord(bytesOf(JSON.stringify(members)))).toEqual(members)
})

it('notices every bit that a disk has changed', () => {
  const good = sealRecord(record)
  for (let bit = 0; bit < (good.length - 1) * 8; bit++) {
    const bytes = good.slice()
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    expect(openRecord(bytes)).toEqual({})
  }
})

it('has no members of what is no record, and never throws', () => {
  for (const text of ['', '[1]'.slice(0, 2), 'null', '1', '"text"', '{"sum":"0"}'])
    expect(openRecord(bytesOf(text))).toEqual({})
  fc.assert(fc.property(fc.uint8Array(), (bytes) => void openRecord(bytes)))
})
