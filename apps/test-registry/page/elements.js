import { visible } from './text.js'

/**
 * An element. Children are elements and text; text becomes a text node, whatever is in it. Attributes are set as they
 * are, `on…` are listeners.
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value)
    else if (value !== undefined && value !== false) made.setAttribute(name, value === true ? '' : String(value))
  }
  made.append(...children.filter((child) => child !== undefined))
  return made
}

/** What a client or a registry's contents say. */
export const foreign = (text, { tag = 'span', className = '', title } = {}) =>
  element(
    tag,
    { class: `foreign ${className}`.trim(), title: title === undefined ? undefined : visible(title) },
    visible(text),
  )

/** The same for what has no blanks: an address, a path, JSON. A line ends between its parts, and not between letters. */
export function foreignParts(text, options) {
  const made = foreign('', options)
  for (const part of visible(text).split(/(?<=[/?&,=])(?=[^/])/)) made.append(part, element('wbr'))
  return made
}

export const byId = (id) => document.getElementById(id)
