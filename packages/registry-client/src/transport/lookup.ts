/** Looks a name up, as `lookup` of `node:dns` does and `net.connect` wants it: one address, or with `all` every one. */
export type Lookup = (
  hostname: string,
  options: { readonly all?: boolean | undefined },
  done: (error: Error | null, address: string | { address: string; family: number }[], family?: number) => void,
) => void
