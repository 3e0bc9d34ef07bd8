import { readFile } from 'node:fs/promises'
import { TestRegistryError } from '../error.ts'
import { parseImages } from '../images/described/parse-images.ts'
import { summaryOf } from '../images/described/summary.ts'
import { startTestRegistry } from '../start-test-registry.ts'
import { postJson } from './post-json.ts'
import { readText } from './read-text.ts'

export interface SeedArguments {
  readonly to?: string | undefined
  readonly ca?: string | undefined
  readonly dir?: string | undefined
  readonly sample?: boolean | undefined
}

/** Prints a line of JSON for each image. */
export async function seedImages(file: string | undefined, { to, ca, dir, sample }: SeedArguments): Promise<void> {
  if ((to === undefined) === (dir === undefined))
    throw wrong('images go either to a registry or into a directory', 'add --to URL or --dir DIRECTORY')
  if ((file === undefined) === (sample !== true))
    throw wrong('images come either from a file or are the sample', 'name a file, - for stdin, or add --sample')
  const text = file === undefined ? '{"sample":true}' : await readText(file, 'description of images')
  // Read here as well, so that what is wrong is told in the same words and before anything is sent.
  const built = parseImages(text)
  const images = to === undefined ? built.map(summaryOf) : await post(to, text, ca)
  if (dir !== undefined)
    await (await startTestRegistry({ storage: { directory: dir }, images: built, control: false })).close()
  for (const image of images) process.stdout.write(`${JSON.stringify(image)}\n`)
}

async function post(to: string, text: string, ca: string | undefined): Promise<readonly unknown[]> {
  const base = URL.parse(to)
  if (base === null || !/^https?:$/.test(base.protocol))
    throw wrong('not the URL of a registry', 'write --to http://127.0.0.1:5000')
  const { images } = (await postJson(
    new URL('/_lading/api/images', base),
    text,
    ca === undefined ? undefined : await readFile(ca, 'utf8'),
  )) as { readonly images: readonly unknown[] }
  return images
}

const wrong = (message: string, hint: string): TestRegistryError =>
  new TestRegistryError('OPTION_INVALID', message, { hint })
