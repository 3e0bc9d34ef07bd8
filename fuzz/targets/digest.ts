import { DigestError, isDigest, parseDigest } from '@lading/digest'
import { bytesOf, textOf } from '../encoding.ts'
import { holds, unlessRefused } from '../refusal.ts'
import type { Target } from '../target.ts'

const good = /^(?:sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})$/

export const digest: Target = {
  name: 'digest',
  generate(random) {
    const algorithm = random.once(8)
      ? random.text('az09+._-', random.below(12))
      : random.pick(['sha256', 'sha384', 'sha512', 'blake3', 'md5', 'SHA256', 'sha256+b64', ''])
    const length = random.once(4) ? random.below(140) : random.pick([64, 96, 128])
    return bytesOf(
      `${algorithm}${random.once(20) ? '' : ':'}${random.text(random.once(6) ? '0aFg=_-/' : '0123456789abcdef', length)}`,
    )
  },
  words: ['sha256:', 'sha384:', 'sha512:', 'blake3:', 'md5:', ':', '../', '+', '_', '=', 'F', 'f'.repeat(64)],
  check(input) {
    const text = textOf(input)
    const parsed = unlessRefused(DigestError, text.length, () => parseDigest(text))
    holds((parsed !== undefined) === good.test(text), 'it is taken for a digest, and is none, or the other way round')
    holds(isDigest(text) === (parsed !== undefined), 'isDigest and parseDigest disagree')
  },
}
