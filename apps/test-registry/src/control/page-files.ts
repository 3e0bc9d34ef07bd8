import { readFile } from 'node:fs/promises'

/** Beside `src` and `dist`, so that both find it. */
const directory = new URL('../../page/', import.meta.url)

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
}

const names = [
  'index.html',
  'style.css',
  'icon.svg',
  'page.js',
  'api.js',
  'text.js',
  'elements.js',
  'faults.js',
  'presets.js',
  'journal.js',
  'repositories.js',
  'clock.js',
]

/** A file of the page, by its path below `/_lading/`. */
export async function pageFile(
  path: string,
): Promise<{ readonly type: string; readonly bytes: Uint8Array } | undefined> {
  const name = path === '' ? 'index.html' : path
  if (!names.includes(name)) return undefined
  return {
    type: types[name.slice(name.lastIndexOf('.') + 1)] ?? 'text/plain',
    bytes: await readFile(new URL(name, directory)),
  }
}
