/* Moments as people read them: in their language, at the clock of the contract's place. */

import { language } from './languages.js'

const FORM = {
  weekday: 'short', day: 'numeric', month: 'long', year: 'numeric',
  hour: '2-digit', minute: '2-digit', timeZoneName: 'short',
}
const LOCALES = { fi: 'fi-FI', sv: 'sv-FI', en: 'en-GB' }

/** Writes a moment; `instead` where the browser does not know the zone. */
export function moment(at, zone, instead = at) {
  try {
    return new Intl.DateTimeFormat(LOCALES[language()], { ...FORM, timeZone: zone }).format(new Date(at))
  } catch {
    return instead
  }
}
