/* /accept-invitation#SECRET: somebody who was invited sets a password and an authenticator, once. */

import { ask } from './asking.js'
import { begin, element, facts, lines, show, showHeader, showWaiting } from './elements.js'
import { showEnd } from './endings.js'
import { languageButtons, suggest, text } from './languages.js'
import { complain, words } from './problems.js'
import { followNewLinks, forgetSecret, secretOf } from './secrets.js'
import { SHORTEST_PASSWORD, field, form, grouped, lacks, qrCode, value } from './staff.js'

const secret = secretOf('invitation')
const kept = { password: '', code: '' }

async function accept() {
  if (lacks('password', 'code')) return
  const typed = { password: value('password'), code: value('code') }
  if ([...typed.password].length < SHORTEST_PASSWORD) return complain(text('passwordShort'), 'password')
  const { recoveryCodes } = await ask('staff/invitation/accept', secret, typed).catch(gone)
  if (!recoveryCodes) return
  forgetSecret('invitation')
  showCodes(recoveryCodes)
  begin()
}

/** Shows that a link is good for nothing any more; other refusals are said beside their field. */
function gone(refusal) {
  if (refusal.code !== 'LINK_NOT_VALID') throw refusal
  forgetSecret('invitation')
  showEnd('INVALID')
  begin()
  return {}
}

function showInvitation(invited) {
  const { name, email, organization, totp } = invited
  const keep = ({ target }) => { kept[target.id] = target.value }
  showHeader(languageButtons(() => showInvitation(invited)))
  show(text('invitationTitle', { organization }),
    element('p', {}, text('invitationHelp')),
    facts([text('yourName'), name]),
    form('accept', accept,
      field('email', { type: 'email', autocomplete: 'username', value: email, readonly: true }),
      field('password', { type: 'password', autocomplete: 'new-password', value: kept.password, oninput: keep, hint: text('passwordHint') }),
      element('h2', {}, text('authenticator')),
      element('p', {}, text('authenticatorHelp')),
      qrCode(totp.qr, text('qrCode')),
      element('p', {}, text('orType'), element('br'), element('code', { class: 'secret', id: 'totp' }, grouped(totp.secret))),
      field('code', { type: 'text', inputmode: 'numeric', autocomplete: 'one-time-code', value: kept.code, oninput: keep, hint: text('newCodeHint') })))
}

function showCodes(codes) {
  showHeader(languageButtons(() => showCodes(codes)))
  const list = lines(codes)
  list.classList.add('codes')
  list.id = 'codes'
  show(text('codesTitle'),
    element('section', { 'aria-label': text('codesTitle') },
      element('p', {}, text('codesHelp')),
      list,
      element('p', { class: 'actions' }, element('a', { href: 'graphql', class: 'button primary' }, text('codesKept')))))
}

function showUnreachable(refusal) {
  showHeader(languageButtons(() => showUnreachable(refusal)))
  show(text('welcome'), element('p', { role: 'alert' }, words(refusal)),
    element('button', { type: 'button', onclick: () => location.reload() }, text('again')))
}

async function open() {
  showWaiting(text('loading'))
  try {
    const invited = await ask('staff/invitation', secret)
    suggest(invited.language)
    showInvitation(invited)
  } catch (refusal) {
    if (refusal.code === 'LINK_NOT_VALID') gone(refusal)
    else showUnreachable(refusal)
  }
}

followNewLinks()
if (secret) await open()
else showEnd('INVALID')
begin()
