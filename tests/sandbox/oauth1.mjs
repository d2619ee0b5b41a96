// OAuth 1.0a signatures (RFC 5849), checked from the request as it arrived.

import { createHmac, timingSafeEqual } from 'node:crypto'

// RFC 3986: only letters, digits and -._~ stay as they are.
export const encode = text => encodeURIComponent(text)
  .replace(/[!'()*]/g, char => '%' + char.charCodeAt(0).toString(16).toUpperCase())

// The parts of an `Authorization: OAuth …` header, or null if it is none or not well formed.
export function parseHeader (header = '') {
  const found = /^OAuth\s+(.*)$/is.exec(header)
  if (!found) return null
  const parts = {}
  for (const piece of found[1].split(',')) {
    const part = /^\s*([a-z_]+)="([A-Za-z0-9\-._~%]*)"\s*$/.exec(piece)
    if (!part || part[1] in parts) return null
    try {
      parts[part[1]] = decodeURIComponent(part[2])
    } catch {
      return null
    }
  }
  return parts
}

const isForm = headers =>
  /^application\/x-www-form-urlencoded *(;|$)/i.test(headers['content-type'] ?? '')

// The parameters of a body that is a form; none for any other body.
export const formOf = ({ headers, body }) =>
  new URLSearchParams(isForm(headers) ? body.toString('utf8') : '')

// `request` is { method, url, headers, body }; `parts` comes from parseHeader. RFC 5849 forbids that a
// protocol parameter stands in two places; a client in wide use has oauth_token in the form too, signs
// it once, and X takes it.
export function signature ({ method, url, headers, body }, parts, consumerSecret, tokenSecret) {
  const { oauth_signature: _, realm: __, ...signed } = parts
  const others = [...url.searchParams, ...formOf({ headers, body })]
    .filter(([name, value]) => signed[name] !== value)
  const pairs = [...others, ...Object.entries(signed)]
    .map(([name, value]) => [encode(name), encode(value)])
    .sort((a, b) => compare(a[0], b[0]) || compare(a[1], b[1]))
  const base = [
    method.toUpperCase(),
    encode(url.origin + url.pathname),
    encode(pairs.map(pair => pair.join('=')).join('&'))
  ].join('&')
  const key = `${encode(consumerSecret)}&${encode(tokenSecret)}`
  return createHmac('sha1', key).update(base).digest('base64')
}

const compare = (a, b) => a < b ? -1 : Number(a > b)

export function equal (a, b) {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
