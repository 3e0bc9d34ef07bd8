import '@lading/errors/needs-node'
export { testTransport, type TestFunctions, type TransportSubject } from './test-transport.ts'
