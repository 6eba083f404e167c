/* The secret of a link: out of the address bar at once, and kept only as long as the tab lives. */

const SECRET = /^#([\w-]{20,})$/
const KEPT = { sign: 'livionkey.signing', contract: 'livionkey.contract', invitation: 'livionkey.invitation' }

/** Takes the secret out of the address, or what an earlier visit of this tab has kept. */
export function secretOf(page) {
  const found = SECRET.exec(location.hash)
  if (location.hash || location.search) history.replaceState(null, '', location.pathname)
  if (found) sessionStorage.setItem(KEPT[page], found[1])
  return sessionStorage.getItem(KEPT[page])
}

/** Begins anew when another link is opened in the same tab. */
export function followNewLinks() {
  addEventListener('hashchange', () => { if (SECRET.test(location.hash)) location.reload() })
}

export const keepSecret = (page, secret) => sessionStorage.setItem(KEPT[page], secret)
export const forgetSecret = (page) => sessionStorage.removeItem(KEPT[page])
export const hasSecret = (page) => sessionStorage.getItem(KEPT[page]) !== null
