import type { AccessLogFormat } from '@lading/serve/front'
import type { RegistryCommandOptions } from '../../command-options.ts'

export interface ServeOptions extends RegistryCommandOptions {
  readonly listen: string
  readonly upstream?: readonly string[] | undefined
  readonly tlsCert?: string | undefined
  readonly tlsKey?: string | undefined
  readonly htpasswd?: string | undefined
  readonly checkStore?: boolean | undefined
  readonly offline?: boolean | undefined
  /** Bytes. */
  readonly maxSize?: number | undefined
  readonly metricsListen?: string | undefined
  readonly accessLog: AccessLogFormat
}
