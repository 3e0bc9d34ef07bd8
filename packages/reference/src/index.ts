export type { Reference } from './reference.ts'
