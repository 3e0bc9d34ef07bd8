/** Where an answer ends before its time. */
export interface Ending {
  readonly how: 'reset' | 'close' | 'stall' | 'cut-chunk' | 'bad-chunk' | 'tls-alert'
  /** `undefined`: before the head. */
  readonly afterBytes: number | 'half' | undefined
}
