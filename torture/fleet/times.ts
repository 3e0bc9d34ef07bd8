/** Of `Times` of `@lading/content-store-s3`, in milliseconds: everybody in a fleet has the same. */
export interface FleetTimes {
  readonly beatMs: number
  readonly deadMs: number
  readonly pollMs: number
  readonly graceMs: number
}

/** A tenth of what they are, but for the wait of one who polls: three servers and a Ceph share this machine. */
export const fleetTimes: FleetTimes = { beatMs: 500, deadMs: 3_000, pollMs: 250, graceMs: 360_000 }
