/* /sign#SECRET: one contact signs one contract, on their own device or on one that staff hand to them. */

import { begin, element, showWaiting } from './elements.js'
import { showEnd } from './endings.js'
import { text } from './languages.js'
import { followNewLinks, forgetSecret, hasSecret, secretOf } from './secrets.js'
import { Signing } from './signing.js'

const THANKS = 6_000 // on the way back from an identity provider, a station goes on being one

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
  if (localStorage.getItem('livionkey.station')) setTimeout(() => location.replace('station'), THANKS)
}

/** What to say to somebody who comes back from their identity provider, by how it went there. */
const NOTICES = { cancelled: 'identityCancelled', refused: 'identityRefused' }

followNewLinks()
const notice = NOTICES[new URLSearchParams(location.search).get('identity')]
const secret = secretOf('sign')
if (secret) {
  showWaiting(text('loading'))
  new Signing(secret, { ended, notice }).refresh()
} else {
  ended('INVALID')
}
