export { createBucket, type Bucket } from './bucket.ts'
export {
  randomFaults,
  seededRandom,
  type Fault,
  type Faults,
  type ObjectsRequest,
  type RandomFaultsOptions,
} from './faults.ts'
export { memoryObjects, type MemoryObjectsOptions } from './memory-objects.ts'
