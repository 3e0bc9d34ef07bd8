import { S3Error } from './s3-error.ts'

export type Sdk = typeof import('@aws-sdk/client-s3')

/** Loads what only a store on object storage needs, and is therefore installed by whoever has one. @throws S3Error `S3_SDK_MISSING` */
export async function loadSdk(): Promise<Sdk> {
  try {
    return await import('@aws-sdk/client-s3')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause
    throw new S3Error('S3_SDK_MISSING', 'a store on object storage needs @aws-sdk/client-s3, which is not installed', {
      hint: 'install it beside lading: npm install @aws-sdk/client-s3 (with -g if lading is installed globally)',
      cause,
    })
  }
}
