// Writing: new posts.

import { invalid, problem, REFUSALS } from './refusals.mjs'
import { isId } from './params.mjs'
import { renderPost } from './render.mjs'
import { hasForbiddenCharacter, LIMIT, weigh } from './weigh.mjs'

const WRITE = { app: false, oauth1: true, scopes: ['tweet.read', 'tweet.write', 'users.read'] }

export const postingRoutes = [
  {
    endpoint: 'post',
    method: 'POST',
    path: '/2/tweets',
    tokens: WRITE,
    limits: { user: 100, app_day: 10000 },
    answer: create
  }
]

function create ({ store }, { headers, body, caller }) {
  const { value, errors } = readBody(headers['content-type'], body)
  if (errors) return invalid(errors)
  const { text, reply } = value
  const weight = weigh(text)
  if (weight > LIMIT) {
    return { ...REFUSALS.too_long(weight), violation: `post too long: ${weight}` }
  }
  const parentId = reply?.in_reply_to_tweet_id ?? null
  if (parentId) {
    const parent = store.post(parentId)
    if (!parent) return REFUSALS.parent_gone()
    if (parent.author_id !== caller.user.id && !store.summons(parent, caller.user)) {
      return {
        ...REFUSALS.not_summoned(),
        violation: `replied to a post that neither mentions nor quotes @${caller.user.username}`
      }
    }
  }
  if (store.duplicateOf(text)) {
    return { ...REFUSALS.duplicate(), violation: 'duplicate text' }
  }
  const post = store.addPost({ authorId: caller.user.id, text, inReplyTo: parentId })
  const view = { vocabulary: 'tweet', fields: new Set() }
  return { status: 201, body: { data: renderPost(store, post, view) } }
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
  const onlyKnown = (object, known, prefix) => {
    for (const name of Object.keys(object)) {
      if (!known.includes(name)) {
        wrong(prefix + name, JSON.stringify(object[name]),
          `${prefix}${name}: is not defined in the schema`)
      }
    }
  }
  onlyKnown(value, ['text', 'reply'], '$.')
  const { text, reply } = value
  if (typeof text !== 'string' || text.trim() === '') {
    wrong('$.text', JSON.stringify(text), '$.text: must be a text that is not empty')
  } else if (hasForbiddenCharacter(text)) {
    wrong('$.text', text, '$.text: holds a character that no post may hold')
  }
  if (reply !== undefined) {
    if (reply === null || typeof reply !== 'object' || Array.isArray(reply)) {
      wrong('$.reply', JSON.stringify(reply), '$.reply: must be an object')
    } else {
      onlyKnown(reply, ['in_reply_to_tweet_id'], '$.reply.')
      if (!isId(reply.in_reply_to_tweet_id)) {
        wrong('$.reply.in_reply_to_tweet_id', JSON.stringify(reply.in_reply_to_tweet_id),
          '$.reply.in_reply_to_tweet_id: must be a string of 1 to 19 digits')
      }
    }
  }
  return errors.length ? { errors } : { value }
}
