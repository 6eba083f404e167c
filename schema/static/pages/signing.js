/* The signing view: what is offered, read to its end, and signed or declined. Shared by /sign and /station. */

import { agreement, contractFacts } from './agreements.js'
import { ask, download } from './asking.js'
import { announce, begin, element, show, showHeader } from './elements.js'
import { languageButtons, suggest, text } from './languages.js'
import { complain, words } from './problems.js'
import { forgetSecret, keepSecret } from './secrets.js'
import { answer, missing, newDraft, refusalForm, signature } from './signature.js'
import { moment } from './times.js'

const PATIENCE = [1000, 1000, 1000, 2000, 3000, 5000]
/** What to say to somebody who comes back from their identity provider, by how it went there. */
export const NOTICES = { cancelled: 'identityCancelled', refused: 'identityRefused' }
const FAR_UP = '1000000px 0px 0px 0px' // what was scrolled past counts as seen

export class Signing {
  /**
   * `ended` is told how it ended; `isStation` leaves out what belongs to somebody's own device, and
   * `notice` names words that are said at first.
   */
  constructor(secret, { isStation = false, ended, notice }) {
    Object.assign(this, { secret, isStation, ended, notice, draft: newDraft(), asked: 0 })
  }

  /** Stops: somebody else's turn. */
  leave() {
    this.left = true
    clearTimeout(this.timer)
    this.observer?.disconnect()
  }

  /** Asks how the process stands, and shows it. */
  async refresh() {
    try {
      this.take(await ask('public/signing', this.secret))
    } catch (refusal) {
      this.failed(refusal)
    }
  }

  take(process) {
    if (this.left) return
    const before = this.process
    this.process = process
    if (!before) suggest(process.language)
    if (!['PREPARING', 'OFFERED'].includes(process.state)) return this.end(process.state)
    if (process.state === 'PREPARING') this.waitForIt()
    if (before?.state === 'PREPARING') return this.goOn()
    this.show()
    if (before) return
    begin()
    if (this.notice) complain(text(this.notice))
  }

  waitForIt() {
    const patience = PATIENCE[Math.min(this.asked, PATIENCE.length - 1)]
    this.asked += 1
    this.timer = setTimeout(() => this.refresh(), patience)
  }

  /** The document may have come while somebody was reading: what they see stays where it is. */
  goOn() {
    if (this.process.state === 'PREPARING') return
    document.getElementById('document').replaceChildren(...this.documentLink())
    this.fields?.update()
    announce(text('prepared'))
  }

  end(state) {
    this.leave()
    this.ended(state)
  }

  failed(refusal) {
    if (this.left) return
    if (refusal.code === 'LINK_NOT_VALID') return this.end('INVALID')
    if (refusal.code === 'ALREADY_SIGNED') return this.end('ALREADY_SIGNED')
    if (!this.process) return this.showUnreachable(refusal)
    if (this.process.state === 'PREPARING') return this.waitForIt()
    complain(words(refusal))
  }

  showUnreachable(refusal) {
    showHeader(languageButtons(() => this.showUnreachable(refusal)))
    show(text('signTitle'), element('p', { role: 'alert' }, words(refusal)),
      element('button', { type: 'button', onclick: () => this.refresh() }, text('again')))
  }

  /** Shows all of it; what was filled in stays. */
  show() {
    const { document: content, purpose } = this.process
    const isReturn = purpose === 'RETURN'
    showHeader(languageButtons(() => this.show()))
    show(text(isReturn ? 'signReturnTitle' : 'signTitle'),
      element('p', {}, this.offer()),
      element('p', {}, text(isReturn ? 'return' : 'handover')),
      contractFacts(content.contract),
      ...content.agreements.map((one, i) => agreement(one, i, this.draft.accepted)),
      element('p', { class: 'quiet', id: 'end' }, text('end')),
      element('section', { id: 'document', 'aria-label': text('pdf') }, ...this.documentLink()),
      element('div', { id: 'answer' }))
    this.showAnswer()
    this.watchTheEnd()
  }

  offer() {
    const { document: { contract }, contact } = this.process
    return text(this.isStation ? 'offersTo' : 'offers', { organization: contract.organization, name: contact.name })
  }

  documentLink() {
    const { state, documentDigest, document: { contract }, expiresAt } = this.process
    if (state === 'PREPARING') return [element('p', { class: 'waiting' }, text('preparing'))]
    const name = text('pdfName', { reference: contract.reference }).replaceAll('/', '-')
    const load = ({ target }) => this.attempt(target, () => download('public/signing/document', this.secret, name))
    const own = [
      element('button', { type: 'button', onclick: load }, text('pdf')),
      element('p', { class: 'quiet' }, text('link', { time: moment(expiresAt, contract.timeZone) })),
    ]
    const digest = element('details', {}, element('summary', {}, text('digest')), element('code', {}, documentDigest))
    return this.isStation ? [digest] : [...own, digest]
  }

  /** Shows what can be answered: to identify oneself, to sign, or to decline. */
  showAnswer() {
    complain('')
    this.fields = null
    document.getElementById('answer').replaceChildren(this.answerForm())
  }

  answerForm() {
    if (this.draft.declining) return this.declining()
    if (this.process.verification === 'STRONG' && !this.process.identity) return this.identifying()
    const acts = { sign: () => this.sign(), decline: () => this.decline(true) }
    const about = { identity: this.process.identity, isStation: this.isStation }
    this.fields = signature(this.draft, about, acts, () => this.isReady())
    return this.fields.form
  }

  isReady() {
    return this.process.state === 'OFFERED' && this.draft.hasRead
  }

  identifying() {
    const go = ({ target }) => this.attempt(target, async () => {
      announce(text('identifying'))
      if (this.isStation) forgetSecret('sign') // the way back leads to /sign, which sends a station home
      else keepSecret('sign', this.secret)
      location.assign((await ask('public/signing/identify', this.secret)).url)
    })
    return element('section', { 'aria-labelledby': 'signature' },
      element('h2', { id: 'signature' }, text('signature')),
      element('p', {}, text('identifyFirst')),
      element('p', { class: 'actions' },
        element('button', { type: 'button', class: 'primary', onclick: go }, text('identify')),
        element('button', { type: 'button', onclick: () => this.decline(true) }, text('decline'))))
  }

  decline(declining) {
    this.draft.declining = declining
    this.showAnswer()
    document.querySelector(declining ? '#reason' : '#answer button:last-of-type').focus()
  }

  declining() {
    const confirm = () => {
      const reason = this.draft.reason.trim()
      if (reason) this.finish('decline', { reason })
      else complain(text('reasonMissing'), 'reason')
    }
    return refusalForm(this.draft, { confirm, cancel: () => this.decline(false) })
  }

  /** Lets somebody sign who has come to the end: scrolled to it, past it, or beyond it by keyboard. */
  watchTheEnd() {
    const reached = () => {
      if (this.draft.hasRead) return
      this.draft.hasRead = true
      this.fields?.update()
    }
    this.observer?.disconnect()
    const look = (seen) => { if (seen.some((one) => one.isIntersecting)) reached() }
    this.observer = new IntersectionObserver(look, { rootMargin: FAR_UP })
    this.observer.observe(document.getElementById('end'))
    document.getElementById('answer').addEventListener('focusin', reached)
  }

  sign() {
    if (!this.isReady()) return
    const lacking = missing(this.draft, this.process.document.agreements)
    if (lacking) complain(lacking.words, lacking.field)
    else this.finish('sign', answer(this.draft, this.process.documentDigest))
  }

  finish(act, body) {
    return this.attempt(document.querySelector('#answer .primary'), async () => {
      this.end((await ask(`public/signing/${act}`, this.secret, body)).state)
    })
  }

  /** Does something, once at a time, and says what stood against it. */
  async attempt(button, act) {
    if (this.isBusy) return
    const name = button.textContent
    this.isBusy = true
    complain('')
    Object.assign(button, { disabled: true, textContent: text('sending') })
    try {
      await act()
    } catch (refusal) {
      if (!await this.isAnotherDocument(refusal)) this.failed(refusal)
    } finally {
      this.isBusy = false
      Object.assign(button, { disabled: false, textContent: name })
      this.fields?.update()
    }
  }

  /** Tells whether another document is offered by now, and shows it in place of the one that was read. */
  async isAnotherDocument(refusal) {
    if (refusal.code !== 'INVALID_INPUT') return false
    const now = await ask('public/signing', this.secret).catch(() => this.process)
    if (now.documentDigest === this.process.documentDigest) return false
    this.draft = { ...newDraft(), name: this.draft.name }
    this.take(now)
    if (!this.left) complain(text('changed'), 'main')
    return true
  }
}
