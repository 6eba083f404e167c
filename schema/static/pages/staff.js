/* What the pages of staff share: fields, a form that is sent once at a time, and a code for a camera. */

import { announce, element } from './elements.js'
import { learn, text } from './languages.js'
import { complain } from './problems.js'
import { STAFF_TEXTS } from './stafftexts.js'

learn(STAFF_TEXTS)

const SVG = 'http://www.w3.org/2000/svg'
const WORDS = { OFFLINE: 'offline', BUSY: 'tooOften', SIGN_IN_REFUSED: 'signInRefused' }
const BY_FIELD = { password: 'passwordWeak', code: 'codeNotRight' }
export const SHORTEST_PASSWORD = 12

/** Makes a field of a form with its label and, if need be, a hint. */
export function field(id, { hint, ...attributes }) {
  const described = hint ? { 'aria-describedby': `${id}-hint` } : {}
  return element('p', { class: 'field' },
    element('label', { for: id }, text(id)),
    element('input', { id, required: true, maxlength: 256, spellcheck: 'false', autocapitalize: 'none', ...described, ...attributes }),
    hint ? element('span', { class: 'quiet', id: `${id}-hint` }, hint) : null)
}

export const value = (id) => document.getElementById(id).value

/** Makes a form; `act` is awaited, and what stood against it is said beside the field that it is about. */
export function form(name, act, ...children) {
  const button = element('button', { type: 'submit', class: 'primary' }, text(name))
  const submitted = async (event) => {
    event.preventDefault()
    if (button.disabled) return
    complain('')
    button.disabled = true
    announce(text('sending'))
    try {
      await act()
    } catch (refusal) {
      refused(refusal)
    } finally {
      button.disabled = false
    }
  }
  return element('form', { id: 'form', novalidate: true, onsubmit: submitted }, ...children,
    element('p', { class: 'actions' }, button))
}

function refused(refusal) {
  if (!refusal.code) throw refusal
  announce('')
  const blamed = refusal.field in BY_FIELD
  const words = WORDS[refusal.code] ?? (blamed ? BY_FIELD[refusal.field] : 'refusedStaff')
  complain(text(words), blamed ? refusal.field : 'form')
}

/** Says what is missing first; tells whether anything is. */
export function lacks(...fields) {
  const open = fields.find((id) => !value(id).trim())
  if (open) complain(text('fieldMissing', { field: text(open) }), open)
  return Boolean(open)
}

/** Draws a code for a camera; what it says is written beside it. */
export function qrCode({ size, path }, words) {
  const svg = document.createElementNS(SVG, 'svg')
  const drawn = document.createElementNS(SVG, 'path')
  const attributes = { viewBox: `0 0 ${size} ${size}`, class: 'qr', role: 'img', 'aria-label': words, 'shape-rendering': 'crispEdges' }
  for (const [name, given] of Object.entries(attributes)) svg.setAttribute(name, given)
  drawn.setAttribute('d', path)
  svg.append(drawn)
  return svg
}

/** Writes a secret in groups of four, so that it can be typed. */
export const grouped = (secret) => secret.replace(/(.{4})(?=.)/g, '$1 ')
