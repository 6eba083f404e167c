/* Starts GraphiQL with the examples in tabs. A link may bring a token: /graphql#token=...; without
   one it has the rights of whoever has signed in, if anybody has. */
/* global GraphiQL, GraphiQLPluginExplorer, React, ReactDOM */

const SEPARATOR = /^# -{20,}$/m
const PLACEHOLDER = 'PASTE-YOUR-TOKEN-HERE'

/** Takes the token out of the address, so that it stays neither in the address bar nor in the history. */
function tokenFromAddress() {
  const token = new URLSearchParams(location.hash.slice(1)).get('token')
  if (token) history.replaceState(null, '', location.pathname + location.search)
  return token
}

/** A stay from tomorrow afternoon, for the examples that ask for one. */
function stay() {
  const startsAt = new Date()
  startsAt.setDate(startsAt.getDate() + 1)
  startsAt.setHours(15, 0, 0, 0)
  const endsAt = new Date(startsAt)
  endsAt.setDate(endsAt.getDate() + 3)
  endsAt.setHours(11)
  return JSON.stringify({ startsAt, endsAt }, null, 2)
}

async function exampleTabs() {
  const text = await (await fetch('static/examples.graphql')).text()
  return text.split(SEPARATOR).map((part) => {
    const query = part.trim() + '\n'
    return query.includes('$startsAt') ? { query, variables: stay() } : { query }
  })
}

/** Asks our own server about whoever is signed in; nobody where it does not answer. */
async function ofSession(path) {
  try {
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(path, { method: 'POST', headers, body: '{}' })
    return answer.ok ? (await answer.json()).person : null
  } catch {
    return null
  }
}

function made(name, text, attributes = {}) {
  return Object.assign(document.createElement(name), { textContent: text, ...attributes })
}

/** Shows who is signed in, with the way out, or the way in. */
function showWho(person) {
  const out = async () => { await ofSession('staff/sign-out'); location.assign('sign-in') }
  const who = person
    ? [made('span', `Signed in as ${person.name} (${person.role})`), made('a', 'Sessions', { href: 'sign-in' }),
      made('button', 'Sign out', { type: 'button', onclick: out })]
    : [made('a', 'Sign in', { href: 'sign-in' })]
  const place = document.getElementById('who')
  place.replaceChildren(...who)
  place.hidden = false
}

/** What the Headers pane begins with: the link's token, nothing for whoever is signed in, or where one goes. */
function firstHeaders() {
  return person ? '{}' : JSON.stringify({ Authorization: `Bearer ${token ?? PLACEHOLDER}` }, null, 2)
}

const endpoint = new URL(location.pathname, location.origin)
const socket = new URL(endpoint)
socket.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:'
const token = tokenFromAddress()
const [person, defaultTabs] = await Promise.all([token ? null : ofSession('staff/session'), exampleTabs()])
if (!token) showWho(person)
const send = GraphiQL.createFetcher({ url: endpoint.href, subscriptionUrl: socket.href })

/** Adds the link's token where the Headers pane names none: GraphiQL asks for the schema before it reads the pane. */
function fetcher(request, options = {}) {
  const headers = options.headers ?? {}
  const named = Object.keys(headers).some((name) => name.toLowerCase() === 'authorization')
  const added = token && !named ? { Authorization: `Bearer ${token}` } : {}
  return send(request, { ...options, headers: { ...added, ...headers } })
}

ReactDOM.createRoot(document.getElementById('graphiql')).render(
  React.createElement(GraphiQL, {
    fetcher,
    plugins: [GraphiQLPluginExplorer.explorerPlugin()],
    defaultTabs,
    defaultQuery: '',
    defaultHeaders: firstHeaders(),
    defaultEditorToolsVisibility: 'headers',
    shouldPersistHeaders: false, // keeps tokens out of the browser's storage
  }),
)
