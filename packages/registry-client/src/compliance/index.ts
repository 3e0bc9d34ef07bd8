export { testTransport, type TestFunctions, type TransportSubject } from './test-transport.ts'
