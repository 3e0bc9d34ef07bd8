export { faultyFileSystem, type Call, type Fault, type FaultyFileSystem, type FaultyHooks, type Operation } from './faulty-file-system.ts'
