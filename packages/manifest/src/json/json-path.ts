import { printable } from '@lading/errors'

const plainName = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/

/** `$.layers` and `digest` to `$.layers.digest`; names that are not plain are quoted and escaped. */
export function memberPath(path: string, name: string): string {
  return plainName.test(name) ? `${path}.${name}` : `${path}[${JSON.stringify(printable(name, 64))}]`
}

export function itemPath(path: string, index: number): string {
  return `${path}[${index}]`
}
