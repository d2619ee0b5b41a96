// What the control endpoints share: checking what they are sent, and answering.

export class BadInput extends Error {}

// For what the control endpoints are sent: says what is wrong with it.
export function need (condition, message) {
  if (!condition) throw new BadInput(message)
}

export function onlyMembers (body, known) {
  need(body !== null && typeof body === 'object' && !Array.isArray(body),
    'the body must be a JSON object')
  const unknown = Object.keys(body).find(name => !known.includes(name))
  need(unknown === undefined, `unknown member: ${unknown}`)
}

export const ok = body => ({ status: 200, body })

// A page from elsewhere must not reach the sandbox through the browser: neither under a name of
// its own (DNS rebinding) nor with a request across origins.
export function isFromHere ({ host = '', origin }) {
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/i.test(host)) return false
  return origin === undefined || origin.toLowerCase() === `http://${host.toLowerCase()}`
}
