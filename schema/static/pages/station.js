/* /station: a display at a desk, paired by a code, which shows what is to be signed there and nothing else. */

import { ask } from './asking.js'
import { announce, begin, element, show, showHeader } from './elements.js'
import { showEnd } from './endings.js'
import { forgetChoice, languageButtons, text } from './languages.js'
import { complain, words } from './problems.js'
import { NOTICES, Signing } from './signing.js'
import { Subscription } from './socket.js'

const KEPT = 'livionkey.station'
const HEARTBEAT = 15_000
const THANKS = 6_000
const PATIENCE = 180_000
const INPUTS = ['pointerdown', 'pointermove', 'keydown', 'input', 'wheel', 'scroll']
const FOLLOW = 'subscription { stationProcess { id secret } }'
const BEAT = 'mutation { signatureStationHeartbeat(input: {}) { userErrors { code } } }'

let station = JSON.parse(localStorage.getItem(KEPT) ?? 'null')
let connection = 'connecting'
let signing = null
let subscription = null
let heart = null
let patience = null
let aside = null
let notice = NOTICES[new URLSearchParams(location.search).get('identity')]
if (location.search) history.replaceState(null, '', location.pathname)

function showPairing() {
  showHeader(languageButtons(showPairing))
  show(text('pairTitle'), element('form', { novalidate: true, onsubmit: pair },
    element('p', { id: 'code-help' }, text('pairHelp')),
    element('p', { class: 'field' },
      element('label', { for: 'code' }, text('code')),
      element('input', {
        id: 'code', type: 'text', maxlength: 40, autocomplete: 'off', autocapitalize: 'characters', spellcheck: 'false',
        required: true, 'aria-describedby': 'code-help',
      })),
    element('p', { class: 'actions', id: 'answer' }, element('button', { type: 'submit', class: 'primary' }, text('pair')))))
}

async function pair(event) {
  event.preventDefault()
  const code = document.getElementById('code').value.trim()
  if (!code) return complain(text('codeMissing'), 'code')
  try {
    station = await ask('public/station/pair', null, { code })
    localStorage.setItem(KEPT, JSON.stringify(station))
    start()
  } catch (refusal) {
    const isReached = !['OFFLINE', 'BUSY'].includes(refusal.code)
    complain(isReached ? text('codeWrong') : words(refusal), 'code')
  }
}

function unpair() {
  if (confirm(text('reallyUnpair'))) forget()
}

function forget() {
  subscription?.close()
  clearInterval(heart)
  signing?.leave()
  station = signing = null
  localStorage.removeItem(KEPT)
  showPairing()
}

function showIdle() {
  showHeader(languageButtons(showIdle))
  show(station.name,
    element('div', { id: 'idle' }, element('p', {}, text('idle')),
      element('p', { id: 'connection', role: 'status', 'data-state': connection }, text(connection))),
    element('p', {}, element('button', { type: 'button', onclick: unpair }, text('unpair'))))
}

/** Takes up what is to be signed; null when nothing is, or no more. A new connection has a new secret. */
function take(process) {
  if (process && process.id === signing?.id) {
    signing.secret = process.secret
    return
  }
  if (process && process.id === aside) return
  if (!process && (!signing || signing.left)) return // nothing, or thanks are being said
  signing?.leave()
  signing = null
  if (!process) {
    showIdle()
    return announce(text('taken'))
  }
  forgetChoice()
  signing = Object.assign(new Signing(process.secret, { isStation: true, ended, notice }), { id: process.id })
  notice = aside = null
  signing.refresh()
  waitForInput()
}

/** Begins anew to wait for somebody who reads, writes or scrolls. */
function waitForInput() {
  clearTimeout(patience)
  if (signing) patience = setTimeout(putAside, PATIENCE)
}

/** Whoever walks away leaves nothing on the display for the next visitor; staff decide about what is still open. */
function putAside() {
  if (!signing || signing.left) return
  signing.leave()
  aside = signing.id
  signing = null
  forgetChoice()
  showIdle()
  begin()
}

function ended(state) {
  const before = signing
  showEnd(state)
  begin()
  setTimeout(() => {
    if (signing !== before) return
    signing = null
    forgetChoice()
    showIdle()
  }, THANKS)
}

function hearConnection(state) {
  connection = state
  const shown = document.getElementById('connection')
  if (!shown) return
  shown.textContent = text(state)
  shown.dataset.state = state
}

async function beat() {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${station.token}` }
  const body = JSON.stringify({ query: BEAT })
  const answer = await fetch(new URL('graphql', document.baseURI), { method: 'POST', headers, body }).catch(() => null)
  if (answer?.status === 401) forget()
}

function start() {
  showIdle()
  begin()
  subscription = new Subscription(station.token, FOLLOW, {
    next: ({ data }) => { if (data) take(data.stationProcess) },
    state: hearConnection,
    refused: forget,
  })
  beat()
  heart = setInterval(beat, HEARTBEAT)
  stayAwake()
}

/** Asks the display not to sleep, again whenever it is looked at. */
function stayAwake() {
  const ask = () => { if (!document.hidden) navigator.wakeLock?.request('screen').catch(() => {}) }
  document.addEventListener('visibilitychange', ask)
  ask()
}

for (const input of INPUTS) document.addEventListener(input, waitForInput, { capture: true, passive: true })
if (station) start()
else showPairing()
