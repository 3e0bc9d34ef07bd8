// Searches titles and headings; the index is fetched at the first key.
const box = document.querySelector('search')
const input = box.querySelector('input')
const list = box.querySelector('ul')
let index

input.addEventListener('input', () => void show())

async function show() {
  index ??= await (await fetch(box.dataset.index)).json()
  const words = input.value.toLowerCase().split(/\s+/).filter(Boolean)
  const score = ([text, url, page]) => {
    const whole = `${page} ${text}`.toLowerCase()
    if (!words.every((word) => whole.includes(word))) return 0
    const own = text.toLowerCase()
    return (own === words.join(' ') ? 8 : 0) + (own.startsWith(words[0]) ? 4 : 0) + (url.includes('#') ? 1 : 2)
  }
  const found = words.length === 0 ? [] : index.map((row) => [score(row), row]).filter(([points]) => points > 0)
  list.replaceChildren(
    ...found
      .toSorted(([one], [other]) => other - one)
      .slice(0, 12)
      .map(([, [text, url, page]]) => {
        const item = document.createElement('li')
        const link = document.createElement('a')
        const where = document.createElement('small')
        link.href = box.dataset.root + url
        where.textContent = page
        link.append(text, where)
        item.append(link)
        return item
      }),
  )
}
