/** What computes: Node's own code, or `@noble/hashes` where there is no Node. */
export interface Engine {
  update(chunk: Uint8Array): void
  /** In lower-case hexadecimal. Asked once. */
  digest(): string
  /** Another one that has taken the same. Not after `digest`. */
  fork(): Engine
}
