import { api } from './api.js'
import { byId, element, foreign } from './elements.js'
import { bytesText, count, shortDigest } from './text.js'

/** Repositories, and when one is opened, its images and their layers. */
export function startRepositories(guard) {
  const shown = new Map()
  const list = byId('repositories')

  async function refresh() {
    const { repositories } = await api('repositories')
    const names = new Set(repositories.map(({ name }) => name))
    for (const [name, { box }] of shown) {
      if (names.has(name)) continue
      box.remove()
      shown.delete(name)
    }
    for (const repository of repositories) await show(repository)
    for (const { name } of repositories) list.append(shown.get(name).box)
    byId('no-repositories').hidden = repositories.length > 0
  }

  async function show(repository) {
    const state = JSON.stringify(repository)
    const one = shown.get(repository.name) ?? newBox(repository.name)
    if (one.state === state) return
    one.state = state
    one.loaded = false
    one.note.textContent = `${count(Object.keys(repository.tags).length, 'tag')}, ${count(repository.manifests, 'manifest')}, ${count(repository.blobs, 'blob')}`
    if (one.box.open) await load(repository.name)
  }

  function newBox(name) {
    const note = element('span', { class: 'quiet' })
    const content = element('div')
    const box = element(
      'details',
      { class: 'repository', ontoggle: guard(async () => box.open && (await load(name))) },
      element('summary', {}, foreign(name), ' ', note),
      content,
    )
    const one = { box, note, content, state: '', loaded: false }
    shown.set(name, one)
    return one
  }

  async function load(name) {
    const one = shown.get(name)
    if (one === undefined || one.loaded) return
    one.loaded = true
    const repository = await api(`repositories/${name.split('/').map(encodeURIComponent).join('/')}`)
    one.content.replaceChildren(
      ...repository.manifests.map((manifest) =>
        manifestCard(
          manifest,
          Object.keys(repository.tags).filter((tag) => repository.tags[tag] === manifest.digest),
        ),
      ),
      ...(repository.more ? [element('p', { class: 'quiet' }, 'There is more than is shown here.')] : []),
    )
  }
  return { refresh }
}

function manifestCard(manifest, tags) {
  const kind = manifest.manifests !== undefined ? 'Index' : manifest.artifactType !== undefined ? 'Artifact' : 'Image'
  return element(
    'article',
    { class: 'manifest' },
    element(
      'div',
      {},
      ...tags.map((tag) => foreign(tag, { className: 'tag' })),
      foreign(shortDigest(manifest.digest), { tag: 'code', title: manifest.digest }),
    ),
    element(
      'p',
      { class: 'quiet' },
      `${kind}, ${bytesText(manifest.size)} `,
      foreign(manifest.artifactType ?? manifest.mediaType, { tag: 'code' }),
    ),
    manifest.subject === undefined
      ? undefined
      : element(
          'p',
          { class: 'quiet' },
          'Refers to ',
          foreign(shortDigest(manifest.subject), { tag: 'code', title: manifest.subject }),
        ),
    parts('ol', manifest.layers, 'Layers'),
    parts('ul', manifest.manifests, 'Manifests'),
  )
}

function parts(tag, descriptors, label) {
  if (descriptors === undefined || descriptors.length === 0) return undefined
  const items = descriptors
    .slice(0, 200)
    .map(({ digest, size, platform }) =>
      element(
        'li',
        {},
        foreign(shortDigest(digest), { tag: 'code', title: digest }),
        ' ',
        element('span', { class: 'quiet' }, bytesText(size)),
        ' ',
        platform === undefined ? undefined : foreign(platform),
      ),
    )
  return element(tag, { 'aria-label': label }, ...items)
}
