// X's query language, as recent search and stream rules speak it: what is wrong with a query, and
// which posts it matches.

import { findHashtags, findLinks } from './weigh.mjs'

const same = (a, b) => a !== undefined && a.toLowerCase() === b.toLowerCase()

// The author's handle or id.
const isUser = (user, name) => user !== undefined &&
  (user.id === name || same(user.username, name.replace(/^@/, '')))

const authorOf = (store, id) => id ? store.user(store.authorOf(id)) : undefined
const mentions = (post, name) =>
  [...post.visible, ...post.carriedNames].some(other => same(other, name))

const isName = value => /^@?[A-Za-z0-9_]{1,19}$/.test(value)
const isId = value => /^[0-9]{1,19}$/.test(value)

// Operators that may stand alone, by their value.
const STANDALONE = {
  from: { valid: isName, fits: (name, post, store) => isUser(store.user(post.author_id), name) },
  to: {
    valid: isName, fits: (name, post, store) => isUser(authorOf(store, post.in_reply_to), name)
  },
  conversation_id: { valid: isId, fits: (id, post) => post.conversation_id === id },
  in_reply_to_tweet_id: { valid: isId, fits: (id, post) => post.in_reply_to === id },
  quotes_of_tweet_id: { valid: isId, fits: (id, post) => post.quote === id },
  retweets_of_tweet_id: { valid: isId, fits: (id, post) => post.repost_of === id },
  retweets_of: {
    valid: isName, fits: (name, post, store) => isUser(authorOf(store, post.repost_of), name)
  },
  url: {
    valid: value => value !== '',
    fits: (part, post) => findLinks(post.text)
      .some(({ url }) => url.toLowerCase().includes(part.toLowerCase()))
  },
  place_country: { valid: value => /^[A-Z]{2}$/.test(value), fits: () => false }
}

// Operators that only narrow others.
const NARROWING = {
  is: {
    reply: post => Boolean(post.in_reply_to),
    quote: post => Boolean(post.quote),
    retweet: post => Boolean(post.repost_of),
    verified: () => false
  },
  has: {
    links: post => findLinks(post.text).length > 0,
    mentions: post => post.visible.length + post.carriedNames.length > 0,
    hashtags: post => findHashtags(post.text).length > 0,
    media: () => false,
    images: () => false
  },
  lang: { en: () => true }
}

class QueryError extends Error {}

// Words for comparing: small, without accents.
const plain = text => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
const wordsOf = text => plain(text).match(/[\p{L}\p{N}_]+/gu) ?? []

// Consecutive words of the post, which a repost does not have as far as a search is concerned.
function holds (post, phrase) {
  if (post.repost_of) return false
  const wanted = ` ${wordsOf(phrase).join(' ')} `
  return ` ${wordsOf(post.text).join(' ')} `.includes(wanted)
}

function readTerm (piece) {
  const standalone = fits => ({ fits, standalone: true })
  if (piece.startsWith('"')) {
    const phrase = piece.slice(1, -1)
    if (wordsOf(phrase).length === 0) throw new QueryError(`nothing to look for in ${piece}`)
    return standalone(post => holds(post, phrase))
  }
  if (/^@/.test(piece)) {
    if (!isName(piece)) throw new QueryError(`'${piece}' is not a handle`)
    return standalone(post => mentions(post, piece.slice(1)))
  }
  if (/^#/.test(piece)) {
    return standalone(post => findHashtags(post.text).some(({ tag }) => same(tag, piece.slice(1))))
  }
  const [, name, value] = /^([a-z_]+):(.*)$/s.exec(piece) ?? []
  if (name === undefined) {
    if (wordsOf(piece).length === 0) throw new QueryError(`'${piece}' is not a word`)
    return standalone(post => holds(post, piece))
  }
  const bare = value.replace(/^"(.*)"$/s, '$1')
  if (Object.hasOwn(STANDALONE, name)) {
    const { valid, fits } = STANDALONE[name]
    if (!valid(bare)) throw new QueryError(`'${bare}' is not a value for ${name}:`)
    return standalone((post, store) => fits(bare, post, store))
  }
  if (!Object.hasOwn(NARROWING, name)) throw new QueryError(`there is no operator ${name}:`)
  if (name === 'lang' && /^[a-z]{2,3}$/.test(bare)) {
    return { fits: () => Object.hasOwn(NARROWING.lang, bare), standalone: false }
  }
  if (!Object.hasOwn(NARROWING[name], bare)) throw new QueryError(`there is no ${name}:${bare}`)
  return { fits: NARROWING[name][bare], standalone: false }
}

// Pieces are brackets, a minus before a term, OR, and terms.
function cut (text) {
  const form = /\s*(?:(\()|(\))|(-)(?=[^\s)-])|((?:[a-z_]+:)?"[^"]*"|[^\s()"]+))/gy
  const pieces = []
  while (form.lastIndex < text.trimEnd().length) {
    const at = form.lastIndex
    const found = form.exec(text)
    if (!found) throw new QueryError(`no viable alternative at character '${text[at]}'`)
    pieces.push(found[0].trim())
  }
  return pieces
}

// A query read: { matches (post, store) }, or { problem }.
export function parseQuery (text) {
  try {
    const pieces = cut(text)
    const query = readEither(pieces)
    if (pieces.length) throw new QueryError('there is a bracket too many')
    if (!query.standalone) {
      throw new QueryError('query must have at least one standalone operator')
    }
    return { matches: query.fits }
  } catch (error) {
    if (error instanceof QueryError) return { problem: error.message }
    throw error
  }
}

// Each reader takes its pieces off the front.
function readEither (pieces) {
  const sides = [readAll(pieces)]
  while (pieces[0] === 'OR') {
    pieces.shift()
    sides.push(readAll(pieces))
  }
  return {
    fits: (post, store) => sides.some(side => side.fits(post, store)),
    standalone: sides.every(side => side.standalone)
  }
}

function readAll (pieces) {
  const terms = []
  while (pieces.length && pieces[0] !== 'OR' && pieces[0] !== ')') terms.push(readOne(pieces))
  if (terms.length === 0) throw new QueryError('an expression is missing')
  return {
    fits: (post, store) => terms.every(term => term.fits(post, store)),
    standalone: terms.some(term => term.standalone)
  }
}

function readOne (pieces) {
  const piece = pieces.shift()
  if (piece === '-') {
    const { fits } = readOne(pieces)
    return { fits: (post, store) => !fits(post, store), standalone: false }
  }
  if (piece !== '(') return readTerm(piece)
  const inner = readEither(pieces)
  if (pieces.shift() !== ')') throw new QueryError("missing ')'")
  return inner
}
