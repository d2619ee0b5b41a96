// Posts and users as X writes them into its answers: escaped text, short links, entities, and
// only the fields that were asked for, under the names of the vocabulary that was asked in.

import { createHash } from 'node:crypto'
import { findHashtags, findLinks, findMentions, LIMIT, remembered, weigh } from './weigh.mjs'

const escape = text =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')

const REPOST_LENGTH = 140
const MAX_EDITS = 5
const EDIT_WINDOW_MS = 60 * 60 * 1000

const BASE62 = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'

// The short link of a post's n-th link: always the same one.
function shortLink (id, n) {
  const digest = createHash('sha256').update(`${id}/${n}`).digest()
  return 'https://t.co/' + [...digest.subarray(0, 10)].map(byte => BASE62[byte % 62]).join('')
}

// The part of a long post that fits before X cuts it.
const cut = remembered(text => {
  if (weigh(text) <= LIMIT) return text
  const chars = [...text]
  let low = 0
  let high = chars.length
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (weigh(chars.slice(0, middle).join('') + '…') <= LIMIT) low = middle
    else high = middle - 1
  }
  return chars.slice(0, low).join('') + '…'
})

// A repost is cut to the length that posts once had.
function reposted (text) {
  const chars = [...text]
  return chars.length > REPOST_LENGTH ? chars.slice(0, REPOST_LENGTH - 1).join('') + '…' : text
}

// Text and entities. Positions count code points of the text as delivered, escapes included.
function compose (store, post, text) {
  let out = ''
  let at = 0
  const put = piece => {
    const start = at
    const escaped = escape(piece)
    out += escaped
    at += [...escaped].length
    return { start, end: at }
  }
  const mention = (username, written) => {
    const id = store.userByHandle(username)?.id
    return { ...put(written), username, ...(id && { id }) }
  }
  const mentions = []
  const urls = []
  const hashtags = []
  for (const username of store.carried ? post.carriedNames : []) {
    mentions.push(mention(username, '@' + username))
    put(' ')
  }
  const visibleFrom = at
  const links = findLinks(text)
  const inLink = tag => links.some(link => tag.start < link.end && tag.end > link.start)
  const parts = [
    ...links.map(link => ({ ...link, kind: 'url' })),
    ...findMentions(text).map(found => ({ ...found, kind: 'mention' })),
    ...findHashtags(text).filter(tag => !inLink(tag)).map(found => ({ ...found, kind: 'tag' }))
  ].sort((a, b) => a.start - b.start)
  let done = 0
  for (const part of parts) {
    put(text.slice(done, part.start))
    const written = text.slice(part.start, part.end)
    if (part.kind === 'mention') mentions.push(mention(part.username, written))
    else if (part.kind === 'tag') hashtags.push({ ...put(written), tag: part.tag })
    else urls.push(urlEntity(put, shortLink(post.id, urls.length), part.url))
    done = part.end
  }
  put(text.slice(done))
  const entities = {}
  if (mentions.length) entities.mentions = mentions
  if (urls.length) entities.urls = urls
  if (hashtags.length) entities.hashtags = hashtags
  return { text: out, range: [visibleFrom, at], entities }
}

function urlEntity (put, url, written) {
  const expanded = /^https?:/i.test(written) ? written : 'http://' + written
  const bare = expanded.replace(/^https?:\/\/(www\.)?/i, '')
  const display = bare.length > 27 ? bare.slice(0, 26) + '…' : bare
  return { ...put(url), url, expanded_url: expanded, display_url: display }
}

// `view` is { vocabulary: 'tweet' | 'post', fields: Set } as read from the request.
export function renderPost (store, post, view) {
  const renamed = view.vocabulary === 'post'
  const shown = compose(store, post, post.repost_of ? reposted(post.text) : cut(post.text))
  const json = {
    id: post.id,
    text: shown.text,
    [renamed ? 'edit_history_post_ids' : 'edit_history_tweet_ids']: post.versions
  }
  const has = name => view.fields.has(name)
  if (has('author_id')) json.author_id = post.author_id
  if (has('conversation_id')) json.conversation_id = post.conversation_id
  if (has('created_at')) json.created_at = post.created_at
  if (has('display_text_range')) json.display_text_range = shown.range
  if (has('entities') && Object.keys(shown.entities).length) json.entities = shown.entities
  if (has('in_reply_to_user_id') && post.in_reply_to) {
    json.in_reply_to_user_id = store.authorOf(post.in_reply_to)
  }
  const refs = references(post)
  if (has('referenced') && refs.length) {
    json[renamed ? 'referenced_posts' : 'referenced_tweets'] = refs
  }
  if (has('note') && weigh(post.text) > LIMIT) {
    const { text, entities } = compose(store, { ...post, carriedNames: [] }, post.text)
    json[renamed ? 'note_post' : 'note_tweet'] = {
      text, ...(Object.keys(entities).length && { entities })
    }
  }
  if (has('public_metrics')) json.public_metrics = metrics(store, post, renamed)
  if (has('lang')) json.lang = 'en'
  if (has('possibly_sensitive')) json.possibly_sensitive = false
  if (has('source')) json.source = post.by_api ? 'Kerbside' : 'X Web App'
  if (has('edit_controls')) json.edit_controls = editControls(store, post)
  if (has('reply_settings')) json.reply_settings = 'everyone'
  return json
}

export function references (post) {
  const refs = []
  if (post.in_reply_to) refs.push({ type: 'replied_to', id: post.in_reply_to })
  if (post.quote) refs.push({ type: 'quoted', id: post.quote })
  if (post.repost_of) refs.push({ type: 'retweeted', id: post.repost_of })
  return refs
}

export const editsLeft = post => MAX_EDITS - (post.versions.length - 1)

function editControls (store, post) {
  const until = Date.parse(store.post(post.versions[0]).created_at) + EDIT_WINDOW_MS
  return {
    edits_remaining: editsLeft(post),
    is_edit_eligible: !post.in_reply_to,
    editable_until: new Date(until).toISOString()
  }
}

function metrics (store, post, renamed) {
  const { replies, quotes, reposts } = store.counts(post)
  return {
    [renamed ? 'repost_count' : 'retweet_count']: reposts,
    reply_count: replies,
    like_count: 0,
    quote_count: quotes,
    bookmark_count: 0,
    impression_count: 0
  }
}

// `viewer` is the user who looks, or null.
export function renderUser (user, { userFields, vocabulary }, viewer) {
  const extra = {
    created_at: user.created_at,
    description: '',
    location: '',
    url: '',
    profile_image_url: 'https://abs.twimg.com/sticky/default_profile_images/default_profile.png',
    protected: user.state === 'protected',
    verified: false,
    verified_type: 'none',
    receives_your_dm: Boolean(viewer) && !user.door && !user.blocks?.includes(viewer.id),
    public_metrics: {
      followers_count: 0,
      following_count: 0,
      [vocabulary === 'post' ? 'post_count' : 'tweet_count']: 0,
      listed_count: 0
    }
  }
  const json = { id: user.id, name: user.name, username: user.username }
  for (const name of userFields) if (name in extra) json[name] = extra[name]
  return json
}
