import type { ImageConfig } from '../image-config.ts'
import type { Platform } from '../platform.ts'

/** The platform a config says it is for (image-spec, config.md). */
export const platformOf = ({ os, architecture, variant, osVersion, osFeatures }: ImageConfig): Platform => ({
  os,
  architecture,
  ...(variant === undefined ? {} : { variant }),
  ...(osVersion === undefined ? {} : { osVersion }),
  ...(osFeatures === undefined ? {} : { osFeatures }),
})
