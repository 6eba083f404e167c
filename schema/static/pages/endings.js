/* How a signing process ended, as a page of its own. */

import { announce, element, show, showHeader } from './elements.js'
import { languageButtons, text } from './languages.js'

const ENDS = {
  SIGNED: ['signedTitle', 'signed'],
  ALREADY_SIGNED: ['alreadySigned', 'signed'],
  DECLINED: ['declinedTitle', 'declined'],
  EXPIRED: ['expiredTitle', 'invalid'],
  WITHDRAWN: ['withdrawnTitle', 'invalid'],
  INVALID: ['invalidTitle', 'invalid'],
}

/** Shows how it ended, with what may follow: functions, as a change of the language makes it anew. */
export function showEnd(state, ...more) {
  const [title, what] = ENDS[state] ?? ENDS.INVALID
  showHeader(languageButtons(() => showEnd(state, ...more)))
  show(text(title), element('p', { class: 'end', 'data-state': state }, text(what)), ...more.map((make) => make()))
  announce(text(title))
}
