export type { Algorithm, Digest } from './digest.ts'
