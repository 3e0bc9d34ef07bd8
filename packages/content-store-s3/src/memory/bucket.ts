/** What is in a store in memory. Several clients may share it, as processes share a real one. */
export interface Bucket {
  readonly objects: Map<string, { readonly bytes: Uint8Array; readonly modifiedMs: number }>
}

export const createBucket = (): Bucket => ({ objects: new Map() })
