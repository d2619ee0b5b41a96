// How X reads a text: where links and mentions are, and how many of the 280 characters it uses.
// Written from the published rules alone, so that it checks other implementations independently; only which names are
// top-level domains and what is one emoji are tables.

import { EMOJI, FLAGS, JOINED, TOPS } from './tables.mjs'

export const LIMIT = 280
const URL_WEIGHT = 23
const URL_MOST = 4096
const LABEL_MOST = 63
const SHORT_NAME_MOST = 40

// Names reserved for examples are no top-level domains, but a demonstration needs links that work:
// with http:// or https:// before them they are links here too.
const DEMO_TOPS = ['example']

const LATIN = '\\xc0-\\xd6\\xd8-\\xf6\\xf8-\\u024f\\u0253\\u0254\\u0256\\u0257\\u0259\\u025b\\u0263\\u0268\\u026f' +
  '\\u0272\\u0289\\u028b\\u02bb\\u0300-\\u036f\\u1e00-\\u1eff'
const CYRILLIC = '\\u0400-\\u04ff'
const TURNS = '\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069'
const FORBIDDEN = '\\ufffe\\ufeff\\uffff'

// A label is of any characters but punctuation, spaces and the invisible; - and _ stand inside only, _ not in the last.
// The flag u is left out on purpose: X's rules see halves of a pair as characters.
const IN_LABEL = `[^\\s\\x85\\u180e!'#%&()*+,\\-./:;<=>?@[\\]\\\\^_{|}~$${TURNS}${FORBIDDEN}]`
const top = names => `(?:(?:${[...names].sort((a, b) => b.length - a.length).join('|')})(?![0-9A-Za-z@+-])|xn--[-0-9a-z]+)`
const domain = names =>
  `(?:${IN_LABEL}(?:[-_]*${IN_LABEL})*\\.)*${IN_LABEL}(?:-*${IN_LABEL})*\\.${top(names)}`

const START = new RegExp(`([^A-Za-z0-9@＠$#＃${FORBIDDEN}]|^)(https?://)?(${domain([...TOPS, ...DEMO_TOPS])})`, 'gi')
const BARE = new RegExp(`(?:[-a-z0-9${LATIN}]+\\.)+${top(TOPS)}`, 'gi')

const IN_PATH = `[-a-z0-9!*';:=+,.$/%#[\\]\\u2013_~@|&${LATIN}${CYRILLIC}]`
const BRACKETS = `\\((?:${IN_PATH}+|${IN_PATH}*\\(${IN_PATH}+\\)${IN_PATH}*)\\)`
const PORT = /:\d+/y
const PATH = new RegExp(`/(?:(?:${IN_PATH}|${BRACKETS})*[-a-z0-9+=_#/${LATIN}${CYRILLIC}]|${BRACKETS})*`, 'iy')
const QUERY = /\?[a-z0-9!?*'@();:&=+$/%#[\]\-_.,~|]*[a-z0-9\-_&=#/]/iy
const SHORT_LINK = /^https?:\/\/t\.co\/([a-z0-9]+)/i

// Behind @at, if @form stands there.
function skip (form, text, at) {
  form.lastIndex = at
  return form.test(text) ? form.lastIndex : at
}

// How long a label is in the form that name servers know (RFC 3492).
function asciiLength (label) {
  if (!/\P{ASCII}/u.test(label)) return label.length
  const points = [...label].map(c => c.codePointAt(0))
  const plain = points.filter(point => point < 128).length
  let length = 4 + plain + (plain ? 1 : 0)
  let done = plain
  let [bias, delta, last] = [72, 0, 128]
  for (const point of [...new Set(points)].filter(point => point >= 128).sort((a, b) => a - b)) {
    delta += (point - last) * (done + 1)
    for (const other of points) {
      if (other < point) delta++
      if (other !== point) continue
      for (let k = 36, rest = delta; ; k += 36) {
        const threshold = Math.min(Math.max(k - bias, 1), 26)
        length++
        if (rest < threshold) break
        rest = Math.floor((rest - threshold) / (36 - threshold))
      }
      delta = Math.floor(delta / (done === plain ? 700 : 2))
      delta += Math.floor(delta / ++done)
      bias = 0
      for (; delta > 455; bias += 36) delta = Math.floor(delta / 35)
      bias += Math.floor(36 * delta / (delta + 38))
      delta = 0
    }
    delta++
    last = point + 1
  }
  return length
}

function isNameValid (name) {
  if (name.startsWith('xn--') && !name.match(BARE)) return false
  return name.split('.').every(label => {
    const parts = label.split(/[\u3002\uff0e\uff61]/)
    return label.length <= 2 * LABEL_MOST &&
      parts.reduce((sum, part) => sum + asciiLength(part), parts.length - 1) <= LABEL_MOST
  })
}

// Without a protocol only the domains of Latin letters in the name are links; the path belongs to the last of them. They
// are looked up by their letters, one behind the other, which finds them where the same letters stand earlier.
function bareLinks (text, name, start, pathAt, end) {
  const links = []
  let at = 0
  for (const [url] of name.matchAll(BARE)) {
    const from = name.indexOf(url, at)
    at = from + url.length
    links.push({ start: start + from, end: start + at, url })
  }
  if (links.length && pathAt !== null) {
    const last = links.at(-1)
    last.end = end
    last.url += text.slice(start + name.length, end)
  }
  return links
}

// Posts are read again and again, and in the longest the search takes long: what it gave is kept.
const TEXTS_KEPT = 1000
export function remembered (search) {
  const known = new Map()
  return text => {
    if (!known.has(text)) {
      if (known.size === TEXTS_KEPT) known.delete(known.keys().next().value)
      known.set(text, search(text))
    }
    return known.get(text)
  }
}

export const findLinks = remembered(text => {
  const links = []
  START.lastIndex = 0
  for (let match; (match = START.exec(text));) {
    const [whole, before, protocol = '', name] = match
    const start = match.index + before.length
    const portEnd = skip(PORT, text, match.index + whole.length)
    const pathEnd = skip(PATH, text, portEnd)
    const end = skip(QUERY, text, pathEnd)
    START.lastIndex = end
    const url = text.slice(start, end)
    if ((protocol || 'https://').length + url.length > URL_MOST || !isNameValid(name)) continue
    if (!protocol) {
      if (!/[-_./]/.test(before)) links.push(...bareLinks(text, name, start, pathEnd > portEnd ? portEnd : null, end))
      continue
    }
    const short = SHORT_LINK.exec(url)
    if (short && short[1].length > SHORT_NAME_MOST) continue
    const kept = short ? url.slice(0, skip(QUERY, url, short[0].length)) : url
    links.push({ start, end: start + kept.length, url: kept })
  }
  return links
})

// A name behind which stands an accented Latin letter, another @ or :// is no mention; nor is a list's (@name/list).
const MENTION = new RegExp('(^|[^A-Za-z0-9_!#$%&*@＠]|(?:^|[^A-Za-z0-9_+~.-])[Rr][Tt]:?)' +
  '[@＠]([A-Za-z0-9_]{1,20})(/[A-Za-z][A-Za-z0-9_-]{0,24})?', 'g')
const NOT_AFTER_MENTION = new RegExp(`^(?:://|[@＠${LATIN}])`)

export function findMentions (text) {
  const links = findLinks(text)
  return [...text.matchAll(MENTION)].flatMap(match => {
    const [whole, before, username, list] = match
    const start = match.index + before.length
    const end = start + 1 + username.length
    if (list || NOT_AFTER_MENTION.test(text.slice(match.index + whole.length))) return []
    return links.some(link => start < link.end && end > link.start) ? [] : [{ start, end, username }]
  })
}

export function findHashtags (text) {
  const form = /(?<![\p{L}\p{M}\p{N}_&])[#＃]([\p{L}\p{M}\p{N}_]+)/gu
  return [...text.matchAll(form)].filter(m => /[\p{L}\p{M}]/u.test(m[1]))
    .map(m => ({ start: m.index, end: m.index + m[0].length, tag: m[1] }))
}

// Only sequences: one character alone weighs two, emoji or not.
const TONE = '[\\u{1f3fb}-\\u{1f3ff}]'
const { MARK, GENDER, ROLE, ROLE_MARKED } = EMOJI
const EMOJI_FORM = new RegExp([
  ...JOINED,
  `(?=[${GENDER}])(?:[${MARK}](?:\\ufe0f|${TONE})|(?![${MARK}])(?:[${EMOJI.TONE}]${TONE}?|[^${EMOJI.TONE}]))` +
    '\\u200d[\\u2640\\u2642]\\ufe0f',
  `[\\u{1f468}\\u{1f469}]${TONE}?\\u200d(?:[${ROLE}]|[${ROLE_MARKED}]\\ufe0f)`,
  ...FLAGS.map(flag => flag.replace(/./g, letter => `\\u{${(letter.charCodeAt(0) + 0x1f1a5).toString(16)}}`)),
  '[#*0-9]\\ufe0f?\\u20e3',
  `[${EMOJI.TONE}](?:(?<=[${MARK}])\\ufe0f)?${TONE}`,
  `[${MARK}]\\ufe0f`
].join('|'), 'gu')

// Latin and most European scripts count one, everything else two.
function codePointWeight (code) {
  const light = code <= 4351 || (code >= 8192 && code <= 8205) ||
    (code >= 8208 && code <= 8223) || (code >= 8242 && code <= 8247)
  return light ? 1 : 2
}

export function weigh (written) {
  const text = written.normalize('NFC')
  // How far each thing reaches that counts as one, by where it begins; a link goes before an emoji.
  const whole = new Map()
  for (const match of text.matchAll(EMOJI_FORM)) whole.set(match.index, { length: match[0].length, weight: 2 })
  for (const { start, url } of findLinks(text)) whole.set(start, { length: url.length, weight: URL_WEIGHT })
  let weight = 0
  for (let at = 0; at < text.length;) {
    const code = text.codePointAt(at)
    const thing = whole.get(at) ?? { length: code > 0xffff ? 2 : 1, weight: codePointWeight(code) }
    weight += thing.weight
    at += thing.length
  }
  return weight
}

// Code points no post may hold.
export function hasForbiddenCharacter (text) {
  return /[\ufffe\ufeff\uffff]/.test(text) || /\p{Surrogate}/u.test(text)
}
