export { chainIdOf, nextChainId } from './chain-id.ts'
export { createHasher, digestOf, type Hasher } from './hasher.ts'
export { verifyBytes, type ExpectedBytes } from './verify-bytes.ts'
