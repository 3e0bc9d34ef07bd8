import { parseDigest } from '@lading/digest'
import { familiarString, parseReference } from '@lading/reference'
import { callsPerSecond, perSecond, type Row } from './measure.ts'

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`
const texts = [
  'alpine',
  'alpine:3.20',
  'ghcr.io/acme/app:1.4.2',
  'localhost:5000/team/service',
  `registry.example.com:5000/a/b/c-d__e@${digest}`,
  `docker.io/library/debian:12@${digest}`,
]

export function measureReferences(): readonly Row[] {
  const parsed = texts.map((text) => parseReference(text))
  const each = (call: (index: number) => unknown): number => {
    let index = 0
    return callsPerSecond(() => {
      call(index)
      index = (index + 1) % texts.length
    })
  }
  return [
    { what: 'references parsed', rate: perSecond(each((index) => parseReference(texts[index] ?? ''))) },
    { what: 'digests parsed', rate: perSecond(callsPerSecond(() => parseDigest(digest))) },
    {
      what: 'familiar strings written',
      rate: perSecond(each((index) => familiarString(parsed[index] ?? parseReference('a')))),
    },
  ]
}
