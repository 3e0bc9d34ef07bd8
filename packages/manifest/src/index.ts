export type { Descriptor } from './descriptor.ts'
export type { ContainerConfig, HistoryEntry, ImageConfig } from './image-config.ts'
export type { ImageIndex, ImageManifest, Manifest } from './manifest.ts'
export type { Platform } from './platform.ts'
