/** Where an answer ends before its time. */
export interface Ending {
  readonly how: 'reset' | 'close' | 'stall' | 'cut-chunk' | 'bad-chunk' | 'tls-alert'
  /** `undefined`: before the head. */
  readonly afterBytes: number | 'half' | undefined
}

/** Whether a body of that size gets to where it ends. */
export const reaches = ({ afterBytes }: Ending, size: number): boolean =>
  typeof afterBytes !== 'number' || afterBytes <= size
