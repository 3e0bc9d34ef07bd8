export type { AbortOptions } from './abort-options.ts'
export { systemClock, type Clock } from './clock.ts'
export { orAbort } from './or-abort.ts'
export { sleep } from './sleep.ts'
