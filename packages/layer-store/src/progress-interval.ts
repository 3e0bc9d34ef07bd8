/** Progress is told at most this often, in milliseconds. */
export const progressIntervalMs = 100
