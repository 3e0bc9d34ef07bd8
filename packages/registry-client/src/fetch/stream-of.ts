/** `ReadableStream.from`, which Chromium and older runtimes do not have. */
export function streamOf(chunks: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]()
  return new ReadableStream({
    async pull(controller) {
      const { done = false, value } = await iterator.next()
      if (done) controller.close()
      else controller.enqueue(value as Uint8Array)
    },
    async cancel() {
      await iterator.return?.()
    },
  })
}
