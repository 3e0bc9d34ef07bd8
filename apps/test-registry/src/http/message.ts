import type { IncomingHttpHeaders } from 'node:http'
import { emptyContent, textContent, type Content } from '../state/content.ts'

/** A request as the routes see it: no sockets, so that another server could carry it. */
export interface RegistryRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly body: AsyncIterable<Uint8Array>
  /** Of the connection. */
  readonly scheme: 'http' | 'https'
  /** Common name of the client's certificate, when it showed a good one. */
  readonly certificate: string | undefined
}

export type ReplyHeaders = Readonly<Record<string, string | readonly string[]>>

/** An answer. The sender adds `Content-Length` from `body`; for HEAD it sends no body. */
export interface Reply {
  readonly status: number
  /** Names in lower case. */
  readonly headers: ReplyHeaders
  readonly body: Content
}

/** How much of a body is sent, in bytes (RFC 9110 6.4.1). */
export const sentSize = (method: string, { status, body }: Reply): number =>
  method === 'HEAD' || status === 204 || status === 304 ? 0 : body.size

export const reply = (status: number, headers: ReplyHeaders = {}, body: Content = emptyContent): Reply => ({
  status,
  headers,
  body,
})

/** By this `docker manifest` knows a registry at `/v2/`, refused or not. */
export const apiVersion: ReplyHeaders = { 'docker-distribution-api-version': 'registry/2.0' }

export const json = (status: number, value: unknown, headers: ReplyHeaders = {}): Reply =>
  reply(status, { 'content-type': 'application/json; charset=utf-8', ...headers }, textContent(JSON.stringify(value)))
