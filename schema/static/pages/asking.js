/* Asking our own server: JSON in and out, with the link's secret in a header and nowhere else. */

/** A refusal, with the code that says which rule it was, and the field that is to blame, if one is. */
export class Refusal extends Error {
  constructor(code, message, field = null) {
    super(message)
    this.code = code
    this.field = field
  }
}

const NO_ANSWER = 'OFFLINE'
const BY_STATUS = { 404: 'LINK_NOT_VALID', 409: 'ALREADY_SIGNED', 403: 'NOT_ALLOWED', 429: 'BUSY' }

async function send(path, secret, body) {
  const headers = { 'content-type': 'application/json' }
  if (secret) headers.authorization = `Bearer ${secret}`
  const options = { method: 'POST', headers, body: JSON.stringify(body), cache: 'no-store', referrerPolicy: 'no-referrer' }
  try {
    return await fetch(new URL(path, document.baseURI), options)
  } catch {
    throw new Refusal(NO_ANSWER, '')
  }
}

async function refusalOf(answer) {
  let error = {}
  try {
    error = (await answer.json()).error ?? {}
  } catch { /* not ours: the status has to do */ }
  if (answer.status === 429) return new Refusal('BUSY', error.message ?? '')
  return new Refusal(error.code ?? BY_STATUS[answer.status] ?? 'FAULT', error.message ?? '', error.path?.at(-1))
}

/** Asks, and gives the answer; throws a Refusal. */
export async function ask(path, secret, body = {}) {
  const answer = await send(path, secret, body)
  if (!answer.ok) throw await refusalOf(answer)
  try {
    return await answer.json()
  } catch {
    throw new Refusal(NO_ANSWER, '')
  }
}

/** Asks for a file, and lets the browser keep it under a name. */
export async function download(path, secret, name) {
  const answer = await send(path, secret, {})
  if (!answer.ok) throw await refusalOf(answer)
  const link = document.createElement('a')
  link.href = URL.createObjectURL(await answer.blob())
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
