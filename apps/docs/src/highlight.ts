import { escapeHtml } from './html.ts'

const code =
  /(?<comment>\/\*[^]*?\*\/|\/\/[^\n]*)|(?<string>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`)|(?<keyword>\b(?:as|async|await|break|case|catch|class|const|continue|declare|default|delete|else|export|extends|finally|for|from|function|if|implements|import|in|interface|keyof|let|new|of|readonly|return|static|switch|throw|try|type|typeof|using|void|while|yield)\b)/g

/** Marks comments, strings and keywords of JavaScript and TypeScript, and what is typed at a prompt. */
export function highlight(text: string, language: string | undefined): string {
  if (/^(ts|js|typescript|javascript)$/.test(language ?? '')) return highlightCode(text)
  if (language === 'console' || language === 'sh')
    return escapeHtml(text)
      .replaceAll(/^(\$ )(.*)$/gm, '$1<b>$2</b>')
      .replaceAll(/(^|\s)(# .*)$/gm, '$1<i>$2</i>')
  return escapeHtml(text)
}

function highlightCode(text: string): string {
  let html = ''
  let end = 0
  for (const match of text.matchAll(code)) {
    const { comment, string } = match.groups ?? {}
    const tag = comment !== undefined ? 'i' : string !== undefined ? 'u' : 'b'
    html += `${escapeHtml(text.slice(end, match.index))}<${tag}>${escapeHtml(match[0])}</${tag}>`
    end = match.index + match[0].length
  }
  return html + escapeHtml(text.slice(end))
}
