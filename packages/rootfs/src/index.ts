import '@lading/errors/needs-node'
export type { ImageFiles } from './bundle/account-files.ts'
export { imageFilesOf } from './bundle/image-files-of.ts'
export { runtimeConfigOf, type RuntimeConfigOptions } from './bundle/runtime-config-of.ts'
export type {
  IdMapping,
  RuntimeConfig,
  RuntimeConfigWarning,
  RuntimeLinux,
  RuntimeMount,
  RuntimeProcess,
  RuntimeUser,
} from './bundle/runtime-config.ts'
export type { ArrivingParts, ImageToUnpack } from './image-layers.ts'
export type { LayerArchive } from './layer-archive.ts'
export type { UnpackLimits } from './limits.ts'
export { RootfsError, type RootfsErrorCode } from './rootfs-error.ts'
export {
  assertCanUnpack,
  unpack,
  unpackLayers,
  type Unpacked,
  type UnpackEvent,
  type UnpackImageOptions,
  type UnpackOptions,
} from './unpack.ts'
export type { UnpackWarning } from './rest/do-the-rest.ts'
export type { IdMap, OwnerOptions } from './owners.ts'
