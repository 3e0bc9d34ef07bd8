/** As much of it as is measured; it comes without types. */
declare module 'tar-stream' {
  interface Body extends AsyncIterable<Uint8Array> {
    on(event: 'data', listener: (bytes: Uint8Array) => void): this
    on(event: 'end', listener: () => void): this
    resume(): this
  }
  interface Extract extends AsyncIterable<Body> {
    on(event: 'entry', listener: (header: unknown, body: Body, next: () => void) => void): this
    on(event: 'finish', listener: () => void): this
    on(event: 'error', listener: (error: Error) => void): this
    write(chunk: Uint8Array): boolean
    end(): void
    once(event: 'drain', listener: () => void): this
  }
  export function extract(): Extract
}
