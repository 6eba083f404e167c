/* /contract#SECRET: what one contact may see of one contract. It shows, and never opens a door. */

import { keyLine } from './agreements.js'
import { ask } from './asking.js'
import { begin, element, facts, lines, show, showHeader, showWaiting } from './elements.js'
import { showEnd } from './endings.js'
import { languageButtons, suggest, text } from './languages.js'
import { complain, words } from './problems.js'
import { followNewLinks, forgetSecret, keepSecret, secretOf } from './secrets.js'
import { moment } from './times.js'

const LOOK_AGAIN = 60_000
const LOOK_SOON = 4_000
let contract = null
let timer = null

async function look(secret) {
  clearTimeout(timer)
  try {
    const isFirst = contract === null
    contract = await ask('public/contract', secret)
    suggest(contract.language)
    showContract(secret)
    if (isFirst) begin()
    timer = setTimeout(() => look(secret), contract.lockers.some(isOnItsWay) ? LOOK_SOON : LOOK_AGAIN)
  } catch (refusal) {
    failed(refusal, secret)
  }
}

function failed(refusal, secret) {
  if (refusal.code === 'LINK_NOT_VALID') {
    forgetSecret('contract')
    contract = null
    return showEnd('INVALID')
  }
  if (contract) {
    timer = setTimeout(() => look(secret), LOOK_AGAIN)
    return
  }
  showHeader(languageButtons(() => failed(refusal, secret)))
  show(text('contractTitle'), element('p', { role: 'alert' }, words(refusal)),
    element('button', { type: 'button', onclick: () => look(secret) }, text('again')))
}

function showContract(secret) {
  showHeader(languageButtons(() => showContract(secret)))
  show(text('contractTitle'),
    element('p', {}, contract.organization),
    contract.signing ? signing(secret) : null,
    ...contract.lockers.map(locker),
    contract.nextOpenings ? openings(contract.nextOpenings) : null,
    contract.pickUpInformation ? pickUp() : null,
    details())
}

const section = (title, ...children) => element('section', {}, element('h2', {}, title), ...children)

function signing(secret) {
  const sign = async ({ target }) => {
    target.disabled = true
    complain('')
    try {
      keepSecret('sign', (await ask('public/contract/sign', secret)).secret)
      location.assign(new URL('sign', document.baseURI))
    } catch (refusal) {
      target.disabled = false
      complain(['OFFLINE', 'BUSY'].includes(refusal.code) ? words(refusal) : text('cannotSign', contract), 'sign-now')
    }
  }
  return section(text('signature'),
    element('p', {}, text('toSign')),
    element('p', { id: 'sign-now' }, element('button', { type: 'button', class: 'primary', onclick: sign }, text('signNow'))))
}

/** Leads to the sealed document; its address works for a few minutes, and each look brings another one. */
const signedDocument = () => element('p', {},
  element('a', { href: contract.signedDocument, class: 'button' }, text('signedDocument')))

function locker(one) {
  return section(text(`kinds.${one.kind}`),
    element('h3', {}, text('pin')),
    one.pin ? pin(one.pin) : element('p', {}, whenPin(one)),
    facts(
      [text('automat'), one.automat],
      [text('locker'), one.locker === null ? null : String(one.locker)],
      [text('address'), one.address],
      [text('access'), one.accessInstructions ? element('p', { class: 'lines' }, one.accessInstructions) : null],
      [text('open'), one.openingHours ? openAt(one.openingHours) : null],
      [text('position'), one.latitude === null ? null : position(one)],
      [text('from'), time(one.from)],
      [text('until'), one.until ? time(one.until) : text('permanent')],
    ))
}

/** Shows a PIN large, in groups, and lets it be read digit by digit. */
function pin(digits) {
  const groups = digits.length > 4 ? digits.replace(/\B(?=(\d{3})+$)/g, ' ') : digits
  return element('p', { class: 'pin' },
    element('span', { 'aria-hidden': 'true' }, groups),
    element('span', { class: 'unseen' }, [...digits].join(' ')))
}

const isAwaited = () => contract.status === 'WAITING_FOR_SIGNATURE'

/** Tells whether a PIN goes to its automat just now. */
const isOnItsWay = (one) => one.pin === null && !isAwaited() && new Date(one.pinFrom) <= new Date()

function whenPin(one) {
  if (isAwaited()) return text('pinAfterSignature')
  return isOnItsWay(one) ? text('pinSoon') : text('pinComes', { time: time(one.pinFrom) })
}

/** Says where it is, and leads there only when somebody asks for it: nothing is loaded from elsewhere. */
function position({ latitude, longitude }) {
  const here = `${latitude.toFixed(6)},${longitude.toFixed(6)}`
  const [north, east] = here.split(',')
  const map = `https://www.openstreetmap.org/?mlat=${north}&mlon=${east}#map=18/${north}/${east}`
  return [
    element('p', {}, `${north}, ${east}`),
    lines([
      element('a', { href: `geo:${here}` }, text('inMaps')),
      element('a', { href: map, rel: 'noreferrer noopener', target: '_blank' }, text('inOpenStreetMap')),
    ]),
  ]
}

/** Writes when something is open, by the clock of the place where it is. */
function opening(one) {
  const ends = one.endsAt ? moment(one.endsAt, one.timeZone, one.endsAtLocal) : text('permanent')
  return `${moment(one.startsAt, one.timeZone, one.startsAtLocal)} – ${ends}`
}

/** Says when people get to an automat while its locker is held. */
function openAt({ alwaysOpen, nextOpenings }) {
  if (alwaysOpen) return text('alwaysOpen')
  return nextOpenings.length ? lines(nextOpenings.map(opening)) : text('notOpen')
}

/** Says when keys may be fetched next. */
function openings(all) {
  return section(text('hours'), all.length ? lines(all.map(opening)) : element('p', {}, text('noHours')))
}

const pickUp = () => section(text('pickUp'), element('p', { class: 'lines' }, contract.pickUpInformation))

function details() {
  return section(text('contract'),
    facts(
      [text('reference'), contract.reference],
      [text('status'), text(`statuses.${contract.status}`)],
      [text('keys'), lines(contract.keys.map(keyLine))],
      [text('from'), time(contract.startsAt, contract.startsAtLocal)],
      [text('until'), contract.endsAt ? time(contract.endsAt, contract.endsAtLocal) : text('permanent')],
    ),
    element('p', { class: 'quiet' }, text('times', { zone: contract.timeZone })),
    contract.signedDocument ? signedDocument() : null)
}

const time = (at, instead) => moment(at, contract.timeZone, instead)

followNewLinks()
const secret = secretOf('contract')
if (secret) {
  showWaiting(text('loading'))
  look(secret)
  document.addEventListener('visibilitychange', () => { if (!document.hidden && contract) look(secret) })
} else {
  showEnd('INVALID')
}
