export { faultyFileSystem, type Call, type Fault, type FaultyFileSystem, type Operation } from './faulty-file-system.ts'
