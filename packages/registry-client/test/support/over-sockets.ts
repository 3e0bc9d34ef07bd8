/** Whether `clientOf` makes clients that ask over sockets of ours whatever these can ask. */
export const overSockets = { now: false }
