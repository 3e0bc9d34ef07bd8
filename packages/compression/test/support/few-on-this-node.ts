// Run by hidden.alone.test.ts, where the private members are hidden: which engine there is, and whether it does its work.
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { privateEngine } from '../../src/private-engine.ts'
import { gzipMember, sample } from './build.ts'
import { asyncTraceOf, brief, endOf, traceOf } from './run.ts'

const which = (kind: 'deflate' | 'zstd'): string =>
  `${kind}: ${privateEngine({ kind }) === undefined ? 'public' : 'private'}`
process.stdout.write(`${which('deflate')}, ${which('zstd')}\n`)

const content = sample(700_000)
const cases: readonly (readonly [Uint8Array, string])[] = [
  [gzipSync(content), brief(content)],
  [Buffer.concat([gzipMember({ content }), gzipSync('more')]), brief(Buffer.concat([content, Buffer.from('more')]))],
  [
    Buffer.concat([zstdCompressSync(content), zstdCompressSync('more')]),
    brief(Buffer.concat([content, Buffer.from('more')])),
  ],
  [gzipSync(content).subarray(0, -9), 'COMPRESSION_TRUNCATED'],
  [Buffer.concat([gzipSync('a').subarray(0, 10), Buffer.alloc(20, 0xff)]), 'COMPRESSION_CORRUPT'],
]
const wrong: string[] = []
for (const [input, wanted] of cases)
  for (const pieces of [[Infinity], [1000]]) {
    const found = endOf(input, pieces)
    if (found !== wanted) wrong.push(`${found} instead of ${wanted}`)
    const [there, here] = [await asyncTraceOf(input, pieces), traceOf(input, pieces)]
    if (there !== here) wrong.push(`${there} from the iterable, and ${here}`)
  }
process.stdout.write(wrong.length === 0 ? 'as expected\n' : `${wrong.join('\n')}\n`)
