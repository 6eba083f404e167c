/* The signature: a name, drawn or typed, and the two answers: sign, or decline with a reason. */

import { titleOf } from './agreements.js'
import { element } from './elements.js'
import { text } from './languages.js'
import { pad } from './pad.js'
import { isSignature, picture } from './strokes.js'

/** What somebody has filled in so far; it outlives a change of the language. */
export function newDraft() {
  return { name: '', strokes: [], typed: false, accepted: new Set(), hasRead: false, declining: false, reason: '' }
}

/** Says what is missing first, in words and as the id of its field; null when nothing is. */
export function missing(draft, agreements) {
  const open = agreements.findIndex((one, i) => one.mandatory && !draft.accepted.has(i))
  if (open >= 0) return { field: `accept-${open}`, words: text('acceptMissing', { name: titleOf(agreements[open]) }) }
  if (!draft.name.trim()) return { field: 'name', words: text('nameMissing') }
  if (!draft.typed && !isSignature(draft.strokes)) return { field: 'pad', words: text('inkMissing') }
  return null
}

/** Gives what is sent. */
export function answer(draft, digest) {
  return {
    documentDigest: digest,
    name: draft.name.trim(),
    picture: draft.typed ? null : picture(draft.strokes),
    typed: draft.typed,
    accepted: [...draft.accepted].sort((a, b) => a - b),
  }
}

/** Shows the fields; `acts` has sign, decline and refresh, `isReady` says whether it may be signed. */
export function signature(draft, { identity, isStation }, acts, isReady) {
  if (identity) draft.name = identity.name
  const hint = element('p', { class: 'quiet', id: 'hint' })
  const drawn = element('div', { class: 'drawn' })
  const button = element('button', { type: 'submit', class: 'primary' }, text('sign'))
  const update = () => {
    button.disabled = !isReady()
    drawn.toggleAttribute('data-closed', !isReady())
    hint.textContent = isReady() ? text(draft.typed ? 'typedHint' : 'padHint') : text('readFirst')
    drawn.hidden = draft.typed
    form.dataset.typed = draft.typed
  }
  const form = element('form', { novalidate: true, 'aria-labelledby': 'signature', onsubmit: submitted(acts.sign) },
    element('h2', { id: 'signature' }, text('signature')),
    identity ? element('p', {}, text('identifiedAs', { name: identity.name })) : null,
    nameField(draft, identity, isStation),
    ways(draft, update),
    hint,
    drawn,
    element('p', { class: 'actions' }, button, element('button', { type: 'button', onclick: acts.decline }, text('decline'))))
  drawn.append(...padAndButtons(draft, isReady))
  update()
  return { form, update }
}

const submitted = (act) => (event) => { event.preventDefault(); act() }

function nameField(draft, identity, isStation) {
  return element('p', { class: 'field' },
    element('label', { for: 'name' }, text('name')),
    element('input', {
      id: 'name', type: 'text', value: draft.name, maxlength: 200, required: true, readonly: Boolean(identity),
      autocomplete: isStation ? 'off' : 'name', autocapitalize: 'words', spellcheck: 'false',
      oninput: ({ target }) => { draft.name = target.value },
    }))
}

function ways(draft, update) {
  const way = (typed, words) => element('label', { class: 'choice' },
    element('input', {
      type: 'radio', name: 'way', checked: draft.typed === typed,
      onchange: () => { draft.typed = typed; update() },
    }), element('span', {}, words))
  return element('fieldset', {}, element('legend', {}, text('way')), way(false, text('draw')), way(true, text('type')))
}

function padAndButtons(draft, isReady) {
  const made = pad(draft.strokes, isReady)
  made.canvas.id = 'pad'
  made.canvas.setAttribute('aria-describedby', 'hint')
  return [
    made.canvas,
    element('p', { class: 'actions' },
      element('button', { type: 'button', onclick: made.undo }, text('undo')),
      element('button', { type: 'button', onclick: made.clear }, text('clear'))),
  ]
}

/** Asks why somebody does not sign. */
export function refusalForm(draft, acts) {
  return element('form', { novalidate: true, 'aria-labelledby': 'declining', onsubmit: submitted(acts.confirm) },
    element('h2', { id: 'declining', tabindex: -1 }, text('declineTitle')),
    element('p', { class: 'field' },
      element('label', { for: 'reason' }, text('reason')),
      element('textarea', {
        id: 'reason', rows: 3, maxlength: 500, required: true,
        oninput: ({ target }) => { draft.reason = target.value },
      }, draft.reason)),
    element('p', { class: 'actions' },
      element('button', { type: 'submit', class: 'primary' }, text('confirmDecline')),
      element('button', { type: 'button', onclick: acts.cancel }, text('cancel'))))
}
