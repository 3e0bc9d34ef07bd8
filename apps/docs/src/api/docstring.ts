/** A docstring as Markdown: its text, then what it says of parameters, the result and errors as a list. */
export function docstringToMarkdown(docs: string): string {
  const [text = '', ...tags] = docs.split(/(?:^|\s)(?=@(?:param|returns|throws|example|see|deprecated)\b)/)
  const items = tags.map((tag) => tag.trim().replaceAll(/\n\s*/g, ' ')).map(asItem)
  return [text.trim(), items.join('\n')].filter((part) => part !== '').join('\n\n')
}

function asItem(tag: string): string {
  const [, name = '', rest = ''] = /^@(\w+)\s*(.*)$/s.exec(tag) ?? []
  if (name === 'param') {
    const [, parameter = '', meaning = ''] = /^(\S+)(?:\s+-)?\s*(.*)$/s.exec(rest) ?? []
    return `- \`${parameter}\`: ${meaning}`
  }
  return `- *${name}* ${rest}`
}
