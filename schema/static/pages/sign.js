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

function ended(state) {
  forgetSecret('sign')
  showEnd(state, back)
  begin()
  if (localStorage.getItem('livionkey.station')) setTimeout(() => location.replace('station'), THANKS)
}

followNewLinks()
const secret = secretOf('sign')
if (secret) {
  showWaiting(text('loading'))
  new Signing(secret, { ended }).refresh()
} else {
  ended('INVALID')
}
