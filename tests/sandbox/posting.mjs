// Writing: new posts, and taking ours back.

import { isId } from './params.mjs'
import { invalid, notFound, problem, REFUSALS } from './refusals.mjs'
import { renderPost } from './render.mjs'
import { findLinks, hasForbiddenCharacter, LIMIT, weigh } from './weigh.mjs'

const WRITE = { app: false, oauth1: true, scopes: ['tweet.read', 'tweet.write', 'users.read'] }

export const postingRoutes = [
  {
    endpoint: 'post',
    method: 'POST',
    path: '/2/tweets',
    tokens: WRITE,
    limits: { user: 100, app_day: 10000 },
    answer: create
  },
  {
    endpoint: 'delete',
    method: 'DELETE',
    path: '/2/tweets/:id',
    tokens: WRITE,
    limits: { user: 50 },
    answer: remove
  }
]

// Known to X, but not for plans like ours, or of no use to us.
const REFUSED_MEMBERS = ['card_uri', 'community_id', 'edit_options', 'for_super_followers_only',
  'geo', 'media', 'nullcast', 'paid_partnership', 'poll', 'share_with_followers']
const MEMBERS = [...REFUSED_MEMBERS, 'direct_message_deep_link', 'made_with_ai', 'quote_tweet_id',
  'reply', 'reply_settings', 'text']
const REPLY_MEMBERS = ['auto_populate_reply_metadata', 'exclude_reply_user_ids',
  'in_reply_to_tweet_id']
const REPLY_SETTINGS = ['following', 'mentionedUsers', 'subscribers', 'verified']

const CASHTAG = /(?<![\w$])\$[A-Za-z]{1,6}(?:[._][A-Za-z]{1,2})?(?![A-Za-z0-9])/g

function create (world, { headers, body, caller: { user } }) {
  const { store, watch } = world
  const { value, errors } = readBody(headers['content-type'], body)
  if (errors) return invalid(errors)
  const parentId = value.reply?.in_reply_to_tweet_id ?? null
  const refusal = refuse(world, user, value, parentId)
  if (refusal) return refusal
  const { text } = value
  const watched = watch.judge({ text, parentId, user })
  const excluded = value.reply?.exclude_reply_user_ids
  const post = store.addPost({
    authorId: user.id, text, inReplyTo: parentId, by_api: true, ...(excluded && { excluded })
  })
  const view = { vocabulary: 'tweet', fields: new Set() }
  return {
    status: 201,
    body: { data: renderPost(store, post, view) },
    bill: price(store, post, user),
    violation: watched.join('; ') || undefined
  }
}

// Why X would not take a post, or undefined; with a violation where the client should have known.
function refuse ({ store, options }, user, value, parentId) {
  const { text, quote_tweet_id: quoted } = value
  const known = REFUSED_MEMBERS.find(name => name in value)
  if (known) return { ...REFUSALS.forbidden(), violation: `${known} is not for this plan` }
  const weight = weigh(text)
  if (weight > LIMIT) {
    return { ...REFUSALS.too_long(weight), violation: `post too long: ${weight}` }
  }
  if ((text.match(CASHTAG) ?? []).length > 1) {
    return { ...REFUSALS.forbidden(), violation: 'more than one cashtag' }
  }
  if (quoted) return { ...REFUSALS.quote_refused(), violation: 'quoting needs another plan' }
  if (parentId) {
    // What became of the post above, the client cannot know.
    if (store.hides(parentId, user)) return REFUSALS.parent_gone()
    const parent = store.post(parentId)
    if (!mayAnswer(store, options, parent, user)) {
      return {
        ...REFUSALS.not_summoned(),
        violation: `replied to a post that neither mentions nor quotes @${user.username}`
      }
    }
  }
  if (store.duplicateOf(text, user)) {
    return { ...REFUSALS.duplicate(), violation: 'duplicate text' }
  }
  return undefined
}

function price (store, post, user) {
  const parent = post.in_reply_to && store.post(post.in_reply_to)
  const kind = parent && parent.author_id !== user.id ? 'summoned_reply' : 'post'
  return findLinks(post.text).length ? `${kind}_with_url` : kind
}

// Our own posts, and those that summon us. Whether an answer to a post of ours that does not name
// us is a summons, X does not say: an option decides.
function mayAnswer (store, { bareReplies }, parent, user) {
  if (parent.author_id === user.id || store.summons(parent, user)) return true
  const above = parent.in_reply_to
  return bareReplies === 'allowed' && above !== null && store.authorOf(above) === user.id
}

function remove ({ store }, { args: { id }, caller: { user } }) {
  if (!isId(id)) {
    return invalid([problem('id', id, `The \`id\` query parameter value [${id}] is not valid`)])
  }
  const post = store.post(id)
  if (!post) return { status: 404, body: { status: 404, ...notFound('tweet', 'id', id) } }
  if (post.author_id !== user.id) {
    return { ...REFUSALS.forbidden(), violation: 'deleted a post that is not its own' }
  }
  store.deletePost(id)
  return { status: 200, body: { data: { deleted: true } }, bill: 'delete' }
}

// The body of POST /2/tweets: { value }, or { errors } as X lists them.
function readBody (type = '', bytes) {
  const errors = []
  const wrong = (name, value, message) => errors.push(problem(name, value, message))
  if (!/^application\/json *(;|$)/i.test(type)) {
    wrong('content-type', type, 'The body must be application/json')
    return { errors }
  }
  let value
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
  } catch {
    wrong('body', '', 'The body is not valid JSON in UTF-8')
    return { errors }
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    wrong('body', '', 'The body must be an object')
    return { errors }
  }
  const check = (name, right, must) => {
    if (!right) wrong(name, JSON.stringify(at(value, name)), `${name}: ${must}`)
  }
  const onlyKnown = (object, known, prefix) => {
    for (const name of Object.keys(object)) {
      check(prefix + name, known.includes(name), 'is not defined in the schema')
    }
  }
  onlyKnown(value, MEMBERS, '$.')
  const { text, reply, reply_settings: who, made_with_ai: ai, quote_tweet_id: quoted } = value
  check('$.text', typeof text === 'string' && text.trim() !== '',
    'must be a text that is not empty')
  check('$.text', typeof text !== 'string' || !hasForbiddenCharacter(text),
    'holds a character that no post may hold')
  check('$.reply_settings', who === undefined || REPLY_SETTINGS.includes(who),
    `must be one of ${REPLY_SETTINGS.join(', ')}`)
  check('$.made_with_ai', ai === undefined || typeof ai === 'boolean', 'must be true or false')
  check('$.quote_tweet_id', quoted === undefined || isId(quoted),
    'must be a string of 1 to 19 digits')
  if (reply === undefined) return errors.length ? { errors } : { value }
  if (reply === null || typeof reply !== 'object' || Array.isArray(reply)) {
    check('$.reply', false, 'must be an object')
    return { errors }
  }
  onlyKnown(reply, REPLY_MEMBERS, '$.reply.')
  check('$.reply.in_reply_to_tweet_id', isId(reply.in_reply_to_tweet_id),
    'must be a string of 1 to 19 digits')
  const { exclude_reply_user_ids: without = [] } = reply
  check('$.reply.exclude_reply_user_ids', Array.isArray(without) && without.every(isId),
    'must be a list of ids')
  return errors.length ? { errors } : { value }
}

// The member at a path as `$.reply.text`.
const at = (value, path) => path.split('.').slice(1).reduce((inner, name) => inner?.[name], value)
