/* /sign#SECRET: one contact signs one contract, on their own device or on one that staff hand to them. */

import { begin, element, showWaiting } from './elements.js'
import { showEnd } from './endings.js'
import { text } from './languages.js'
import { followNewLinks, forgetSecret, hasSecret, secretOf } from './secrets.js'
import { NOTICES, Signing } from './signing.js'

const isStation = localStorage.getItem('livionkey.station') !== null
const THANKS = 6_000 // what staff opened on a station's display ends, and the station goes on being one

function back() {
  return hasSecret('contract') ? element('p', {}, element('a', { href: 'contract', class: 'button' }, text('back'))) : null
}

/** Tells that what was signed can be had from the contact's page, where they have one. */
function copy() {
  return hasSecret('contract') ? element('p', {}, text('copy')) : null
}

function ended(state) {
  forgetSecret('sign')
  showEnd(state, ...state === 'SIGNED' ? [copy, back] : [back])
  begin()
  if (isStation) setTimeout(() => location.replace('station'), THANKS)
}

followNewLinks()
const identity = new URLSearchParams(location.search).get('identity')
const secret = secretOf('sign')
if (secret) {
  showWaiting(text('loading'))
  new Signing(secret, { ended, notice: NOTICES[identity] }).refresh()
} else if (isStation && identity) {
  location.replace(`station?identity=${encodeURIComponent(identity)}`) // there the display is told a new secret
} else {
  ended('INVALID')
}
