/** What an endpoint of the API answers. `undefined` as value: no body. */
export interface ControlReply {
  readonly status: number
  readonly value?: unknown
  readonly headers?: Readonly<Record<string, string>> | undefined
}

type ControlErrorCode =
  | 'FOREIGN_HOST'
  | 'FOREIGN_ORIGIN'
  | 'CONTENT_TYPE'
  | 'TOO_LARGE'
  | 'NOT_JSON'
  | 'NOT_FOUND'
  | 'METHOD'
  | 'INVALID'
  | 'BUSY'

const statuses: Readonly<Record<ControlErrorCode, number>> = {
  FOREIGN_HOST: 403,
  FOREIGN_ORIGIN: 403,
  CONTENT_TYPE: 415,
  TOO_LARGE: 413,
  NOT_JSON: 400,
  NOT_FOUND: 404,
  METHOD: 405,
  INVALID: 400,
  BUSY: 503,
}

export const ok = (value: unknown, status = 200): ControlReply => ({ status, value })

export const done: ControlReply = { status: 204 }

export const refuse = (
  code: ControlErrorCode,
  message: string,
  headers?: Readonly<Record<string, string>>,
): ControlReply => ({ status: statuses[code], value: { error: { code, message } }, headers })
