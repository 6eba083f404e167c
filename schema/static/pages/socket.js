/* GraphQL over WebSocket (graphql-transport-ws), as much of it as one subscription needs. */

const PROTOCOL = 'graphql-transport-ws'
const WAITS = [1000, 2000, 4000, 8000, 15_000, 30_000]
const SILENCE = 40_000
const NOT_WELCOME = [4401, 4403]

/** Follows one subscription for as long as the page lives; `on` has next, state and refused. */
export class Subscription {
  constructor(token, query, on) {
    Object.assign(this, { token, query, on, failures: 0 })
    this.open()
  }

  close() {
    this.closed = true
    clearTimeout(this.again)
    clearInterval(this.pings)
    this.socket.close(1000)
  }

  open() {
    const address = new URL('graphql', document.baseURI)
    address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:'
    this.on.state('connecting')
    this.socket = new WebSocket(address, PROTOCOL)
    this.socket.onopen = () => this.send({ type: 'connection_init', payload: { token: this.token } })
    this.socket.onmessage = ({ data }) => this.hear(JSON.parse(data))
    this.socket.onclose = ({ code }) => this.ended(code)
  }

  send(message) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message))
  }

  hear(message) {
    this.heardAt = Date.now()
    switch (message.type) {
      case 'connection_ack':
        this.failures = 0
        this.on.state('online')
        this.send({ id: '1', type: 'subscribe', payload: { query: this.query } })
        this.pings = setInterval(() => this.ping(), SILENCE / 4)
        break
      case 'ping': this.send({ type: 'pong' }); break
      case 'next': this.on.next(message.payload); break
      case 'error': case 'complete': this.socket.close(1000); break
    }
  }

  /** A connection may be dead without a word: whoever does not answer is left. */
  ping() {
    if (Date.now() - this.heardAt > SILENCE) this.socket.close(1000)
    else this.send({ type: 'ping' })
  }

  ended(code) {
    clearInterval(this.pings)
    if (this.closed) return
    if (NOT_WELCOME.includes(code)) {
      this.closed = true
      return this.on.refused()
    }
    this.on.state('lost')
    const wait = WAITS[Math.min(this.failures, WAITS.length - 1)]
    this.failures += 1
    this.again = setTimeout(() => this.open(), wait * (0.75 + Math.random() / 2))
  }
}
