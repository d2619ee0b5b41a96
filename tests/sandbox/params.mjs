// Query parameters of the v2 endpoints, checked as strictly as X does. What is wrong comes back as
// a list of problems in the form of X's `errors` members.

import { problem } from './refusals.mjs'
import { parseQuery } from './search.mjs'

const POST_FIELDS = ['article', 'attachments', 'card_uri', 'community_id', 'context_annotations',
  'conversation_id', 'created_at', 'display_text_range', 'edit_controls', 'entities', 'geo', 'id',
  'lang', 'media_metadata', 'non_public_metrics', 'organic_metrics', 'possibly_sensitive',
  'promoted_metrics', 'public_metrics', 'reply_settings', 'scopes', 'source', 'text', 'withheld']
// Only under the new name.
const NEW_FIELDS = ['article_title', 'matched_media_notes', 'note_request_suggestions',
  'paid_partnership', 'suggested_source_links', 'suggested_source_links_with_counts']
const EXPANSIONS = ['article.cover_media', 'article.media_entities',
  'attachments.media_source_tweet', 'author_id', 'in_reply_to_user_id',
  'entities.mentions.username', 'attachments.media_keys', 'attachments.poll_ids', 'geo.place_id']
const USER_EXPANSIONS = {
  tweet: ['affiliation.user_id', 'most_recent_tweet_id', 'pinned_tweet_id'],
  post: ['affiliation', 'most_recent_post_id', 'pinned_post_id']
}
const USER_FIELDS = ['affiliation', 'confirmed_email', 'connection_status', 'created_at',
  'description', 'entities', 'id', 'is_identity_verified', 'location', 'name', 'parody',
  'profile_banner_url', 'profile_image_url', 'protected', 'public_metrics', 'receives_your_dm',
  'subscribes_to_you', 'subscription', 'subscription_type', 'url', 'username', 'verified',
  'verified_followers_count', 'verified_type', 'withheld']

// The two vocabularies. Names on the right are the ones the renderer knows.
const VOCABULARIES = {
  tweet: {
    fields: [...POST_FIELDS, 'author_id', 'in_reply_to_user_id', 'referenced_tweets', 'note_tweet',
      'edit_history_tweet_ids'],
    expansions: [...EXPANSIONS, 'referenced_tweets.id', 'referenced_tweets.id.author_id',
      'edit_history_tweet_ids'],
    inner: {
      referenced_tweets: 'referenced',
      'referenced_tweets.id': 'referenced',
      'referenced_tweets.id.author_id': 'referenced.author',
      edit_history_tweet_ids: 'edit_history',
      note_tweet: 'note'
    }
  },
  post: {
    fields: [...POST_FIELDS, ...NEW_FIELDS, 'note_post'],
    expansions: [...EXPANSIONS, 'referenced_posts', 'edit_history_post_ids', 'username'],
    inner: {
      referenced_posts: 'referenced',
      edit_history_post_ids: 'edit_history',
      note_post: 'note'
    }
  }
}

const EXPANSIONS_BY_NAME = {
  tweet: VOCABULARIES.tweet.expansions, post: VOCABULARIES.post.expansions
}

// What self-serve plans may ask.
const QUERY_LENGTH = 512

const FIRST_MOMENT = Date.parse('2010-11-06T00:00:00Z')
// The parameters of a list of posts, and those that say how posts are shown.
export const LIST = ['max_results', 'pagination_token', 'since_id', 'until_id', 'start_time',
  'end_time']
export const VIEW = ['expansions', 'tweet.fields', 'post.fields', 'user.fields', 'media.fields',
  'place.fields', 'poll.fields']

export const isId = text => typeof text === 'string' && /^[0-9]{1,19}$/.test(text)

// Milliseconds, or NaN for anything but a full RFC 3339 date and time that exists.
export function parseTime (text) {
  const form = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/
  const found = typeof text === 'string' && form.exec(text)
  if (!found) return NaN
  const [, year, month, day] = found.map(Number)
  const inMonth = new Date(Date.UTC(year, month, 0)).getUTCDate()
  return month >= 1 && month <= 12 && day >= 1 && day <= inMonth ? Date.parse(text) : NaN
}

// `query` says what the route knows: { known, needs?, page?, users?, read? }, names of parameters,
// those that must be there, and what max_results may be; `users` true where what is shown is users,
// and readers for parameters of the route's own. Returns { params, view, problems }; `params` and
// `view` are only to be used without problems.
export function readQuery (
  { known = [], needs = [], page, users = false, read: own = {} } = {}, search
) {
  const problems = []
  const given = new Map()
  for (const [name, value] of new URLSearchParams(search)) {
    const wrong = message => problems.push(problem(name, value, message))
    if (!known.includes(name)) {
      wrong(`The query parameter [${name}] is not one of [${known.join(',')}]`)
    } else if (given.has(name)) {
      wrong(`The query parameter [${name}] was given more than once`)
    } else if (value === '') {
      wrong(`The query parameter [${name}] can not be empty`)
    } else {
      given.set(name, value)
    }
  }
  const params = {}
  for (const [name, read] of Object.entries({ ...READERS, ...own })) {
    if (!given.has(name)) continue
    const { value, wrong } = read(given.get(name), name, page)
    if (wrong) problems.push(problem(name, given.get(name), wrong))
    params[name] = value
  }
  if (params.start_time >= params.end_time) {
    problems.push(problem('start_time', given.get('start_time'),
      "Invalid 'start_time'. 'start_time' must be before 'end_time'"))
  }
  for (const [one, other] of EITHER) {
    if (!given.has(one) || !given.has(other)) continue
    problems.push(problem(other, given.get(other),
      `Only one of the query parameters [${one},${other}] can be given`))
  }
  for (const name of needs.filter(name => !given.has(name))) {
    const message = `The \`${name}\` query parameter can not be empty`
    problems.push({ parameters: { [name]: [] }, message })
  }
  for (const name of Object.keys(own)) given.delete(name)
  return { params, view: readView(given, users, problems), problems }
}

// Readers for a route's own parameters.

const notIn = (name, text, range) =>
  ({ wrong: `The \`${name}\` query parameter value [${text}] is not ${range}` })

export const number = (least, most) => (text, name) => {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN
  return value >= least && value <= most
    ? { value }
    : notIn(name, text, `between ${least} and ${most}`)
}

export const oneOf = choices => (text, name) => choices.includes(text)
  ? { value: text }
  : notIn(name, text, `one of [${choices.join(',')}]`)

export const list = choices => (text, name) => {
  const value = text.split(',')
  const bad = value.find(item => !choices.includes(item))
  return bad === undefined ? { value } : oneOf(choices)(bad, name)
}

export const flag = (text, name) => ['true', 'false'].includes(text)
  ? { value: text === 'true' }
  : oneOf(['true', 'false'])(text, name)

const readId = (text, name) => isId(text)
  ? { value: text }
  : { wrong: `The \`${name}\` query parameter value [${text}] is not valid` }

const readTime = (text, name) => {
  const value = parseTime(text)
  if (Number.isNaN(value)) {
    return { wrong: `Invalid '${name}':'${text}'. '${name}' must be an RFC 3339 date and time` }
  }
  if (value < FIRST_MOMENT) {
    return { wrong: `Invalid '${name}':'${text}'. '${name}' must be on or after 2010-11-06` }
  }
  return { value }
}

const EITHER = [['next_token', 'pagination_token']]

// Each gives { value } or { wrong }.
const READERS = {
  since_id: readId,
  until_id: readId,
  start_time: readTime,
  end_time: readTime,
  max_results: (text, name, [least, most]) => number(least, most)(text, name),
  pagination_token (text) {
    const value = readToken(text)
    return value ? { value } : { wrong: 'The `pagination_token` query parameter is not valid' }
  },
  next_token (text) {
    const value = readToken(text)
    return value ? { value } : { wrong: 'The `next_token` query parameter is not valid' }
  },
  sort_order (text) {
    return ['recency', 'relevancy'].includes(text)
      ? { value: text }
      : { wrong: `The \`sort_order\` query parameter value [${text}] is not valid` }
  },
  query (text) {
    if ([...text].length > QUERY_LENGTH) {
      return { wrong: `The \`query\` is longer than ${QUERY_LENGTH} characters` }
    }
    const { problem, matches } = parseQuery(text)
    if (!problem) return { value: matches }
    return { wrong: `There were errors processing your request: ${problem}` }
  },
  exclude (text) {
    const value = text.split(',')
    return value.every(name => ['replies', 'retweets'].includes(name))
      ? { value }
      : { wrong: `The \`exclude\` query parameter value [${text}] is not valid` }
  },
  ids (text) {
    const value = text.split(',')
    if (value.length > 100) return { wrong: 'The `ids` query parameter holds more than 100 values' }
    const bad = value.find(id => !isId(id))
    return bad === undefined
      ? { value }
      : { wrong: `The \`ids\` query parameter value [${bad}] is not valid` }
  }
}

// Tokens are opaque to clients: a direction, and the id they continue from. As long as X's.
export function makeToken (direction, id) {
  return direction + BigInt(id).toString(36).padStart(15, '0')
}

function readToken (text) {
  if (!/^[bn][0-9a-z]{15}$/.test(text)) return null
  let id = 0n
  for (const digit of text.slice(1)) id = id * 36n + BigInt(parseInt(digit, 36))
  return { direction: text[0], id }
}

function readView (given, users, problems) {
  if (given.has('tweet.fields') && given.has('post.fields')) {
    problems.push(problem('post.fields', given.get('post.fields'),
      'Only one of [tweet.fields, post.fields] can be given'))
  }
  const expansions = given.get('expansions')?.split(',') ?? []
  const expandable = users ? USER_EXPANSIONS : EXPANSIONS_BY_NAME
  const newName = expansions.some(name => expandable.post.includes(name) &&
    !expandable.tweet.includes(name))
  const vocabulary = given.has('post.fields') || (newName && !given.has('tweet.fields'))
    ? 'post'
    : 'tweet'
  const { fields: allowed, inner } = VOCABULARIES[vocabulary]
  const list = (name, known) => {
    const values = given.get(name)?.split(',') ?? []
    if (new Set(values).size < values.length) {
      problems.push(problem(name, given.get(name),
        `The \`${name}\` query parameter value [${given.get(name)}] names one twice`))
    }
    for (const value of values) {
      if (known.includes(value)) continue
      problems.push(problem(name, given.get(name),
        `The \`${name}\` query parameter value [${value}] is not one of [${known.join(',')}]`))
    }
    return values
  }
  const toInner = name => inner[name] ?? name
  const fields = new Set(list(vocabulary + '.fields', allowed).map(toInner))
  const expand = new Set(list('expansions', expandable[vocabulary]).map(toInner))
  // What is expanded shows in the post as well.
  for (const name of expand) {
    if (name === 'entities.mentions.username') fields.add('entities')
    else fields.add(name.replace(/\.author$/, ''))
  }
  return { vocabulary, fields, expand, userFields: new Set(list('user.fields', USER_FIELDS)) }
}
