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
