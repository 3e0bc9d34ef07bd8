/** Whether `clientOf` makes clients whose requests go through `fetch`. */
export const overFetch = { now: false }
