/** Whose request it is, as those before the handler found out. */
export interface Who {
  /** Whose requests count together: an address, or the network of one host. */
  readonly client: string
  /** Who has logged in. */
  readonly user?: string | undefined
}
