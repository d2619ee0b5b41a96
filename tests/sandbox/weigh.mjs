// How X reads a text: where links and mentions are, and how many of the 280 characters it uses.
// Written from the published rules alone, so that it checks other implementations independently.

export const LIMIT = 280
const URL_WEIGHT = 23

// Names reserved for examples are no top-level domains, but a demonstration needs links that work:
// with http:// or https:// before them they are links here too.
const DEMO_TLDS = new Set(['example'])

// A link needs a top-level domain. Countries' have two letters; of the others these are the ones
// that residents and councils write. X knows some 1,200 more: none of them stands in our texts.
const COUNTRY = /^[a-z]{2}$/
const TLDS = new Set(
  ('com net org edu gov mil int info biz name pro mobi museum coop aero jobs tel asia ' +
   'cat travel app dev page blog shop store online site website web tech cloud news live ' +
   'life world today media agency email chat social help support community city town ' +
   'london scot wales cymru irish gal eus xyz top club space fun art design photo tv ' +
   'school academy church charity ngo ong foundation health care doctor dental clinic ' +
   'law legal bank insurance house homes property garden green eco energy taxi cab bike ' +
   'cars auto bus pub bar cafe pizza restaurant').split(' ')
)

// A label starts and ends with a letter or digit; letters of any script may be in it.
const LABEL = '[\\p{L}\\p{N}](?:[\\p{L}\\p{N}_-]{0,62}[\\p{L}\\p{N}])?'
const CANDIDATE = new RegExp(`(https?://)?((?:${LABEL}\\.)+)(${LABEL})`, 'giu')
const PATH_PART = /[\p{L}\p{M}\p{N}!*';:=+,.$%#[\]\-/\\_~@&|()]/u
const PATH_END = /[\p{L}\p{M}\p{N}=_#/+\-)]/u
const QUERY_PART = /[A-Za-z0-9!?*'@();:&=+$/%#[\]\-_.,~|]/
const QUERY_END = /[A-Za-z0-9\-_&=#/]/

// Where a link's path and query end: trailing punctuation and unbalanced brackets are not part.
function takeWhile (text, from, part, end) {
  let to = from
  let kept = from
  let open = 0
  while (to < text.length) {
    const char = String.fromCodePoint(text.codePointAt(to))
    if (!part.test(char)) break
    if (char === '(') open++
    if (char === ')' && --open < 0) break
    to += char.length
    if (end.test(char) && open === 0) kept = to
  }
  return kept
}

// The longest run of labels from the left that ends in a known top-level domain.
function knownDomain (labels, withProtocol) {
  for (let n = labels.length; n >= 2; n--) {
    const tld = labels[n - 1].toLowerCase()
    if (labels[n - 2].includes('_')) continue
    if (COUNTRY.test(tld) || TLDS.has(tld) || (withProtocol && DEMO_TLDS.has(tld))) {
      return labels.slice(0, n).join('.')
    }
  }
  return null
}

export function findLinks (text) {
  const links = []
  let done = 0
  for (const match of text.matchAll(CANDIDATE)) {
    if (match.index < done) continue
    const [whole, protocol = ''] = match
    const before = text.slice(0, match.index)
    const refused = protocol ? /[A-Za-z0-9@＠$#＃\u202a-\u202e]$/ : /[\p{L}\p{N}@＠$#＃_./-]$/u
    if (refused.test(before)) continue
    const domain = knownDomain(whole.slice(protocol.length).split('.'), protocol !== '')
    if (!domain) continue
    let end = match.index + protocol.length + domain.length
    if (/^[@＠]/.test(text.slice(end))) continue // the left part of an email address
    const port = /^:\d+/.exec(text.slice(end))
    if (port) end += port[0].length
    if (text[end] === '/') end = Math.max(end + 1, takeWhile(text, end, PATH_PART, PATH_END))
    if (text[end] === '?') {
      const query = takeWhile(text, end, QUERY_PART, QUERY_END)
      if (query > end) end = query
    }
    links.push({ start: match.index, end, url: text.slice(match.index, end) })
    done = end
  }
  return links
}

// An accented Latin letter, another @ or :// right behind a handle: no mention.
const NOT_AFTER_MENTION = new RegExp('^(?:://|[@＠\\u00c0-\\u024f\\u0253\\u0254\\u0256' +
  '\\u0257\\u0259\\u025b\\u0263\\u0268\\u026f\\u0272\\u0289\\u028b\\u02bb' +
  '\\u0300-\\u036f\\u1e00-\\u1eff])')

export function findMentions (text) {
  const mentions = []
  const links = findLinks(text)
  const form = /(^|[^A-Za-z0-9_!#$%&*@＠]|(?:^|[^A-Za-z0-9_+~.-])RT:?)[@＠]([A-Za-z0-9_]{1,20})/g
  for (let match; (match = form.exec(text));) {
    const start = match.index + match[1].length
    const end = start + 1 + match[2].length
    form.lastIndex = end
    if (NOT_AFTER_MENTION.test(text.slice(end))) continue
    if (links.some(link => start < link.end && end > link.start)) continue
    mentions.push({ start, end, username: match[2] })
  }
  return mentions
}

export function findHashtags (text) {
  const form = /(?<![\p{L}\p{M}\p{N}_&])[#＃]([\p{L}\p{M}\p{N}_]+)/gu
  return [...text.matchAll(form)].filter(m => /[\p{L}\p{M}]/u.test(m[1]))
    .map(m => ({ start: m.index, end: m.index + m[0].length, tag: m[1] }))
}

const PERSON = '(?![\\u00a9\\u00ae])\\p{Extended_Pictographic}(?:\\ufe0f|\\p{Emoji_Modifier})?'
const EMOJI = new RegExp([
  '\\p{Regional_Indicator}{2}',
  '[0-9#*]\\ufe0f?\\u20e3',
  '\\u{1f3f4}[\\u{e0030}-\\u{e007a}]+\\u{e007f}',
  '[\\u00a9\\u00ae]\\ufe0f',
  `${PERSON}(?:\\u200d${PERSON}|\\u200d[\\u2640\\u2642]\\ufe0f?)*`
].join('|'), 'gu')

// Latin and most European scripts count one, everything else two.
function codePointWeight (code) {
  const light = code <= 4351 || (code >= 8192 && code <= 8205) ||
    (code >= 8208 && code <= 8223) || (code >= 8242 && code <= 8247)
  return light ? 1 : 2
}

export function weigh (written) {
  const text = written.normalize('NFC')
  let weight = 0
  let rest = ''
  let at = 0
  for (const link of findLinks(text)) {
    weight += URL_WEIGHT
    rest += text.slice(at, link.start) + '\n' // keeps emoji on both sides of a link apart
    weight -= 1
    at = link.end
  }
  rest += text.slice(at)
  rest = rest.replace(EMOJI, () => { weight += 2; return '' })
  for (const char of rest) weight += codePointWeight(char.codePointAt(0))
  return weight
}

// Code points no post may hold.
export function hasForbiddenCharacter (text) {
  return /[\ufffe\ufeff\uffff]/.test(text) || /\p{Surrogate}/u.test(text)
}
