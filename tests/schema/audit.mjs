// Runs the server audits of the graphql-http package: one line for each, as JSON.
//
//   LIVIONKEY_TEST_AUDITS=.../node_modules node audit.mjs URL TOKEN
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const [url, token] = process.argv.slice(2)
const require = createRequire(pathToFileURL(join(process.env.LIVIONKEY_TEST_AUDITS, 'here.js')))
const { auditServer } = require('graphql-http')

/** The audits set content-type and accept themselves; the token is ours. */
function fetchWithToken(target, options = {}) {
  const headers = new Headers(options.headers)
  headers.set('authorization', `Bearer ${token}`)
  return fetch(target, { ...options, headers })
}

for (const { id, name, status, reason } of await auditServer({ url, fetchFn: fetchWithToken })) {
  console.log(JSON.stringify({ id, name, status, reason }))
}
