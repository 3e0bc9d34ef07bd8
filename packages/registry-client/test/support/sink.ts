import type { BlobSink } from '../../src/index.ts'

export interface RecordingSink extends BlobSink {
  readonly begun: { readonly start: number; readonly validator?: string | undefined; readonly source: string }[]
  content(): Buffer
}

/** A sink in memory that starts from what an earlier attempt left. */
export function sinkOf(
  already: Uint8Array = new Uint8Array(),
  options: { readonly validator?: string; readonly end?: number } = {},
): RecordingSink {
  let kept = Buffer.from(already)
  const begun: { readonly start: number; readonly validator?: string | undefined; readonly source: string }[] = []
  return {
    offset: already.byteLength,
    ...options,
    begun,
    begin(answer) {
      begun.push(answer)
      kept = kept.subarray(0, answer.start)
    },
    write(chunk) {
      kept = Buffer.concat([kept, chunk])
    },
    content: () => kept,
  }
}
