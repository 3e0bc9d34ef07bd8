import { randomBytes } from 'node:crypto'

/** Of an owner, a mark, a version: what tells one's own object from another's. 16 hexadecimal digits. */
export const newNonce = (): string => randomBytes(8).toString('hex')
