/* Which language is shown: the process's, until somebody chooses another one. */

import { element } from './elements.js'
import { TEXTS } from './texts.js'

const NAMES = { fi: 'Suomi', sv: 'Svenska', en: 'English' }
const KEPT = 'livionkey.language'

/** The languages of the pages that somebody's browser asks for, best first. */
function browsers() {
  return navigator.languages.map((tag) => tag.slice(0, 2)).filter((tag) => tag in TEXTS)
}

let chosen = sessionStorage.getItem(KEPT)
let current = chosen ?? browsers()[0] ?? 'en'

export const language = () => current

/** Adds the words of pages that most people never see. */
export function learn(more) {
  for (const [tag, words] of Object.entries(more)) Object.assign(TEXTS[tag], words)
}

/** Takes up the language of what is shown, where nobody chose another one. */
export function suggest(tag) {
  if (!chosen && tag in TEXTS) current = tag
}

/** Forgets who chose which language: the next person at a station may speak another one. */
export function forgetChoice() {
  chosen = null
  sessionStorage.removeItem(KEPT)
}

/** Gives words in the current language, with what is in braces filled in. */
export function text(name, facts = {}) {
  const words = name.split('.').reduce((found, part) => found?.[part], TEXTS[current])
  return (words ?? name).replace(/\{(\w+)\}/g, (_, fact) => facts[fact] ?? '')
}

/** Makes the buttons that choose a language; `changed` shows everything anew. */
export function languageButtons(changed) {
  document.documentElement.lang = current
  const buttons = Object.entries(NAMES).map(([tag, name]) =>
    element('button', {
      type: 'button',
      lang: tag,
      'aria-pressed': String(tag === current),
      onclick: () => choose(tag, changed),
    }, name))
  return element('nav', { 'aria-label': text('language'), class: 'languages' }, ...buttons)
}

function choose(tag, changed) {
  chosen = current = tag
  sessionStorage.setItem(KEPT, tag)
  changed()
  document.querySelector(`.languages [lang=${tag}]`).focus()
}
