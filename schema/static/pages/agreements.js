/* What is signed: the contract's facts, and the whole of each agreement, block by block. */

import { element, facts, lines } from './elements.js'
import { text } from './languages.js'
import { moment } from './times.js'

const HEADINGS = { 1: 'h3', 2: 'h4' }

function span({ text: words, strong, emphasis }) {
  const inner = emphasis ? element('em', {}, words) : words
  return strong ? element('strong', {}, inner) : inner
}

const spans = (all) => all.map(span)

const BLOCKS = {
  heading: (block) => element(HEADINGS[block.level] ?? 'h4', {}, ...spans(block.spans)),
  paragraph: (block) => element('p', {}, ...spans(block.spans)),
  list: (block) => element(block.ordered ? 'ol' : 'ul', {},
    block.items.map((item) => element('li', {}, ...spans(item)))),
}

/** Shows what the contract is about. */
export function contractFacts(contract) {
  const { timeZone: zone } = contract
  const ends = contract.endsAt ? moment(contract.endsAt, zone, contract.endsAtLocal) : text('permanent')
  return element('section', { 'aria-labelledby': 'contract' },
    element('h2', { id: 'contract' }, text('contract')),
    facts(
      [text('reference'), contract.reference],
      [text('keys'), lines(contract.keys.map(keyLine))],
      [text('contacts'), lines(contract.contacts)],
      [text('from'), moment(contract.startsAt, zone, contract.startsAtLocal)],
      [text('until'), ends],
      [text('pickUp'), contract.pickUpInformation],
      [text('hours'), contract.accessSchedule ? hours(contract.accessSchedule, zone) : null],
    ),
    element('p', { class: 'quiet' }, text('times', { zone })))
}

/** Writes when keys may be fetched, and by whose clock where that is not the contract's. */
const hours = ({ lines: all, timeZone }, zone) => lines(timeZone === zone ? all : [...all, `(${timeZone})`])

/** Writes a key and what it opens. */
export function keyLine(key) {
  return key.entities.length ? `${key.code} – ${key.entities.join(', ')}` : key.code
}

/** What an agreement is called by those who read it. */
export const titleOf = (one) => one.title || one.name

/** Shows one agreement, and asks whether it is accepted. */
export function agreement(one, index, accepted) {
  const name = titleOf(one)
  const need = one.mandatory ? text('mandatory') : text('optional')
  return element('section', { class: 'agreement', 'aria-labelledby': `agreement-${index}` },
    element('h2', { id: `agreement-${index}` }, name),
    element('p', { class: 'quiet' }, `${text('version', { number: one.version })} · ${need}`),
    element('div', { lang: one.language }, one.blocks.map((block) => BLOCKS[block.kind]?.(block))),
    element('label', { class: 'choice' }, checkbox(one, index, accepted),
      element('span', {}, text('accept', { name }), ' ',
        element('span', { class: 'quiet' }, `(${need.toLowerCase()})`))))
}

function checkbox(one, index, accepted) {
  return element('input', {
    type: 'checkbox', id: `accept-${index}`, checked: accepted.has(index), 'aria-required': String(one.mandatory),
    onchange: ({ target }) => { target.checked ? accepted.add(index) : accepted.delete(index) },
  })
}
