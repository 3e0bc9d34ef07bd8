import '@lading/errors/needs-node'
export type { LayerStoreParts, LayerStoreSubject } from './subject.ts'
export { testLayerStore, type TestFunctions } from './test-layer-store.ts'
