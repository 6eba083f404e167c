/* What stands in the way: said once, beside the field that it is about, and read aloud. */

import { element } from './elements.js'
import { text } from './languages.js'

const BY_CODE = { OFFLINE: 'offline', BUSY: 'busy', NOT_IDENTIFIED: 'identityRefused' }

/** Says a refusal in the reader's language; what is no refusal is a fault of ours and goes on. */
export function words(refusal) {
  if (!refusal.code) throw refusal
  return text(BY_CODE[refusal.code] ?? 'refused')
}

function forget() {
  document.getElementById('problem')?.remove()
  for (const field of document.querySelectorAll('[aria-invalid]')) {
    field.removeAttribute('aria-invalid')
    field.removeAttribute('aria-errormessage')
  }
}

/** Says what is wrong before an element, and takes the reader there; without words, nothing is wrong. */
export function complain(what, id = 'answer') {
  forget()
  if (!what) return
  const place = document.getElementById(id)
  const problem = element('p', { class: 'problem', role: 'alert', id: 'problem' })
  ;(place.closest('label') ?? place).before(problem)
  problem.textContent = what
  problem.scrollIntoView({ block: 'center' })
  if (!place.matches('input, textarea')) return
  place.setAttribute('aria-invalid', 'true')
  place.setAttribute('aria-errormessage', 'problem')
  place.focus()
}
