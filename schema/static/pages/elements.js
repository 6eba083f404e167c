/* Elements made by DOM calls alone: what others wrote is text, and never becomes markup. */

/** Makes an element of its attributes, handlers (`onclick`) and children; null ones are left out. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value)
    else made.setAttribute(key, value === true ? '' : value)
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined))
  return made
}

/** Makes a list of facts: names and what they are; facts without a value are left out. */
export function facts(...pairs) {
  const shown = pairs.filter(([, value]) => value !== null && value !== undefined && value !== '')
  return element('dl', {}, shown.map(([name, value]) => [
    element('dt', {}, name),
    element('dd', {}, ...[value].flat()),
  ]))
}

/** Makes a list of lines. */
export function lines(items) {
  return element('ul', {}, items.map((item) => element('li', {}, item)))
}

const place = (id) => document.getElementById(id)

/** Shows something in place of what the page showed, and gives it a title. */
export function show(title, ...children) {
  document.title = title
  place('main').replaceChildren(element('h1', {}, title), ...children.filter((child) => child))
}

/** Says that something is on its way, until there is something to show. */
export const showWaiting = (words) => place('main').replaceChildren(element('p', { class: 'waiting' }, words))

export const showHeader = (...children) => place('header').replaceChildren(...children)

/** Takes those who read by keyboard or ear to the beginning of what is new. */
export function begin() {
  scrollTo(0, 0)
  place('main').focus({ preventScroll: true })
}

/** Tells those who listen what has happened. */
export const announce = (words) => { place('status').textContent = words }
