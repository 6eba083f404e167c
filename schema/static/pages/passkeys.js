/* Passkeys: what the browser's device makes and signs, as JSON for our server (WebAuthn Level 3). */

import { ask } from './asking.js'

export const canUsePasskeys = () => Boolean(window.PublicKeyCredential?.parseCreationOptionsFromJSON)

async function answered(path, act) {
  const { options, challenge, mark } = await ask(`${path}/offer`, null)
  const credential = (await act(options)).toJSON()
  return { challenge, mark, credential }
}

/** Lets the device sign in; resolves when the browser has a session. */
export async function signInByPasskey() {
  const signed = await answered('staff/sign-in/passkey', (options) => navigator.credentials.get(
    { publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) }))
  await ask('staff/sign-in/passkey', null, signed)
}

/** Lets the device make a passkey; gives all that there are. */
export async function addPasskey(name) {
  const signed = await answered('staff/passkeys', (options) => navigator.credentials.create(
    { publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) }))
  return (await ask('staff/passkeys/add', null, { ...signed, name })).passkeys
}

export const listPasskeys = async () => (await ask('staff/passkeys', null)).passkeys
export const removePasskey = async (id) => (await ask('staff/passkeys/remove', null, { id })).passkeys
