/* /sign-in: staff sign in by address, password and code; whoever is signed in sees where, and signs out. */

import { ask } from './asking.js'
import { announce, begin, element, facts, show, showHeader, showWaiting } from './elements.js'
import { language, languageButtons, suggest, text } from './languages.js'
import { addPasskey, canUsePasskeys, listPasskeys, removePasskey, signInByPasskey } from './passkeys.js'
import { complain } from './problems.js'
import { field, form, lacks, value } from './staff.js'

const kept = { email: '', password: '', code: '' }
let hasProvider = false
let again = false

async function signIn() {
  if (lacks('email', 'password', 'code')) return
  const typed = { email: value('email'), password: value('password'), code: value('code') }
  await ask('staff/sign-in', null, typed)
  arrive()
}

/** Goes on where they wanted to: to the API, or back to what needed a fresh proof. */
function arrive() {
  location.assign(again ? 'sign-in' : 'graphql')
}

function showForm() {
  showHeader(languageButtons(showForm))
  const keep = ({ target }) => { kept[target.id] = target.value }
  show(text('signInTitle'),
    form('signIn', signIn,
      field('email', { type: 'email', autocomplete: 'username', value: kept.email, oninput: keep }),
      field('password', { type: 'password', autocomplete: 'current-password', value: kept.password, oninput: keep }),
      field('code', { type: 'text', autocomplete: 'one-time-code', value: kept.code, oninput: keep, hint: text('codeHint') })),
    canUsePasskeys() ? element('p', { class: 'actions' },
      element('button', { type: 'button', id: 'passkey', onclick: byPasskey }, text('signInByPasskey'))) : null,
    hasProvider ? element('p', { class: 'actions' },
      element('a', { href: again ? 'sign-in/oidc?again' : 'sign-in/oidc', class: 'button', id: 'provider' }, text('signInAtProvider'))) : null,
    element('p', { class: 'quiet' }, text('signInLost')))
}

async function byPasskey() {
  await device(async () => { await signInByPasskey(); arrive() }, 'form')
}

/** Does what needs the device; who turns away, or has none, is told that it did not work. */
async function device(act, place) {
  try {
    complain('', place)
    await act()
  } catch (refusal) {
    if (!refusal.code && !refusal.name) throw refusal
    if (refusal.code === 'PROOF_NEEDED') return proveAgain()
    complain(text('passkeyRefused'), place)
  }
}

/** Lets somebody who is signed in prove anew who they are; they come back to this page. */
function proveAgain() {
  again = true
  showForm()
  complain(text('proofNeeded'), 'form')
}

function sayRefused() {
  if (new URLSearchParams(location.search).get('oidc') !== 'refused') return
  history.replaceState(null, '', location.pathname)
  complain(text('providerRefused'), 'form')
}

function moment(at) {
  return new Intl.DateTimeFormat(language(), { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(at))
}

function showAccount(account) {
  const { person, sessions } = account
  kept.email = person.email
  showHeader(languageButtons(() => showAccount(account)))
  const leave = (path) => () => attempt(async () => { await ask(path, null); showForm(); begin() })
  show(text('signedInTitle'),
    element('section', { 'aria-label': text('signedInTitle'), id: 'account' },
      facts([text('yourName'), person.name], [text('email'), person.email], [text('role'), text(`roles.${person.role}`)]),
      element('p', { class: 'actions' },
        element('a', { href: 'graphql', class: 'button primary' }, text('toApi')),
        element('button', { type: 'button', onclick: leave('staff/sign-out') }, text('signOut')),
        element('button', { type: 'button', onclick: leave('staff/sign-out-everywhere') }, text('signOutEverywhere')))),
    element('section', { 'aria-labelledby': 'sessions' },
      element('h2', { id: 'sessions' }, text('sessions')),
      ...sessions.map((one) => session(one))),
    element('section', { 'aria-labelledby': 'passkeys' },
      element('h2', { id: 'passkeys' }, text('passkeys')),
      element('p', { class: 'quiet' }, text('passkeysHelp')),
      element('div', { id: 'kept' }),
      canUsePasskeys() ? form('addPasskey', add,
        field('passkeyName', { type: 'text', autocomplete: 'off' })) : null))
  attempt(async () => showPasskeys(await listPasskeys()))
}

async function add() {
  if (lacks('passkeyName')) return
  await device(async () => {
    showPasskeys(await addPasskey(value('passkeyName')))
    document.getElementById('passkeyName').value = ''
    announce(text('passkeyAdded'))
  }, 'form')
}

function showPasskeys(passkeys) {
  document.getElementById('kept')?.replaceChildren(...passkeys.map((one) => passkey(one)))
}

function passkey({ id, name, createdAt, usedAt }) {
  const remove = () => device(async () => { showPasskeys(await removePasskey(id)); announce(text('passkeyRemoved')) }, 'kept')
  return element('div', { class: 'passkey' },
    facts([text('passkeyName'), name], [text('added'), moment(createdAt)], [text('used'), usedAt ? moment(usedAt) : text('never')]),
    element('p', {}, element('button', { type: 'button', 'aria-label': text('removePasskeyNamed', { name }), onclick: remove }, text('removePasskey'))))
}

function session({ id, device, createdAt, seenAt, isThis }) {
  const end = () => attempt(async () => { take(await ask('staff/session/end', null, { id })); announce(text('sessionEnded')) })
  return element('div', {},
    facts([text('device'), device ?? text('unknownDevice')], [text('since'), moment(createdAt)], [text('seen'), moment(seenAt)]),
    isThis ? element('p', { class: 'quiet' }, text('thisSession'))
      : element('p', {}, element('button', { type: 'button', onclick: end }, text('endSession'))))
}

async function attempt(act) {
  try {
    await act()
  } catch (refusal) {
    if (!refusal.code) throw refusal
    complain(text('offline'), 'main')
  }
}

function take(account) {
  hasProvider = account.openId
  if (!account.person) {
    showForm()
    return sayRefused()
  }
  suggest(account.language)
  showAccount(account)
}

showHeader(languageButtons(() => location.reload()))
showWaiting(text('loading'))
try {
  take(await ask('staff/session', null))
} catch {
  showForm()
}
begin()
