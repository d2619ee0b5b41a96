// Reading: accounts, timelines, posts by id.

import { invalid, notFound, problem } from './refusals.mjs'
import { isId, LIST, makeToken, VIEW } from './params.mjs'
import { references, renderPost, renderUser } from './render.mjs'

const MENTIONS_REACH = 800
const TIMELINE_REACH = 3200

const READ = { app: true, oauth1: true, scopes: ['tweet.read', 'users.read'] }

export const readingRoutes = [
  {
    endpoint: 'me',
    method: 'GET',
    path: '/2/users/me',
    tokens: { ...READ, app: false },
    limits: { user: 75 },
    query: { known: ['expansions', 'tweet.fields', 'post.fields', 'user.fields'] },
    answer: me
  },
  {
    endpoint: 'mentions',
    method: 'GET',
    path: '/2/users/:id/mentions',
    tokens: READ,
    limits: { app: 450, user: 300 },
    query: { known: [...LIST, ...VIEW], page: [5, 100] },
    answer: list
  },
  {
    endpoint: 'timeline',
    method: 'GET',
    path: '/2/users/:id/tweets',
    tokens: READ,
    limits: { app: 10000, user: 900 },
    query: { known: [...LIST, ...VIEW, 'exclude'], page: [5, 100] },
    answer: list
  },
  {
    endpoint: 'lookup',
    method: 'GET',
    path: '/2/tweets',
    tokens: READ,
    limits: { app: 3500, user: 5000 },
    query: { known: ['ids', ...VIEW], needs: ['ids'] },
    answer: lookup
  }
]

function me (world, { caller, view }) {
  return { status: 200, body: { data: renderUser(caller.user, view.userFields) } }
}

function lookup ({ store }, { params: { ids }, view }) {
  const found = ids.map(id => store.post(id)).filter(Boolean)
  const missing = [...new Set(ids.filter(id => !store.post(id)))]
  const errors = missing.map(id => notFound('tweet', 'ids', id))
  return { status: 200, body: envelope(store, [...new Set(found)], view, errors) }
}

function list ({ store }, { route, args, params, view, visible, repeat }) {
  if (!isId(args.id)) return invalid([wrongId(args.id)])
  const user = store.user(args.id)
  if (!user) return { status: 200, body: { errors: [notFound('user', 'id', args.id)] } }
  const posts = route.endpoint === 'mentions' ? store.mentionsOf(user) : store.postsBy(user)
  const chosen = choose(posts.filter(visible), route.endpoint, params, repeat)
  const { page, meta } = paginate(chosen, params)
  return { status: 200, body: { ...envelope(store, page, view), meta } }
}

const wrongId = id => problem('id', id, `The \`id\` query parameter value [${id}] is not valid`)

// data, includes and errors; each only if there is something in it.
export function envelope (store, posts, view, errors = []) {
  const body = {}
  if (posts.length) body.data = posts.map(post => renderPost(store, post, view))
  const { users, referenced, gone } = included(store, posts, view)
  const includes = {}
  if (users.size) includes.users = [...users].map(user => renderUser(user, view.userFields))
  if (referenced.size) {
    const name = view.vocabulary === 'post' ? 'posts' : 'tweets'
    includes[name] = [...referenced].map(post => renderPost(store, post, view))
  }
  if (Object.keys(includes).length) body.includes = includes
  const parameter = view.vocabulary === 'post' ? 'referenced_posts' : 'referenced_tweets.id'
  const all = [...errors, ...[...gone].map(id => notFound('tweet', parameter, id))]
  if (all.length) body.errors = all
  return body
}

// What the expansions bring: users, other posts, and the ids of posts that are gone.
function included (store, posts, { expand }) {
  const users = new Set()
  const referenced = new Set()
  const gone = new Set()
  const addUser = user => { if (user) users.add(user) }
  for (const post of posts) {
    if (expand.has('author_id')) addUser(store.user(post.author_id))
    if (expand.has('in_reply_to_user_id') && post.in_reply_to) {
      addUser(store.user(store.authorOf(post.in_reply_to)))
    }
    if (expand.has('entities.mentions.username')) {
      for (const name of [...post.carriedNames, ...post.visible]) {
        addUser(store.userByHandle(name))
      }
    }
    if (!expand.has('referenced') && !expand.has('referenced.author')) continue
    for (const { id } of references(post)) {
      const other = store.post(id)
      if (!other) gone.add(id)
      else if (expand.has('referenced')) referenced.add(other)
      if (other && expand.has('referenced.author')) addUser(store.user(other.author_id))
    }
  }
  return { users, referenced, gone }
}

// The posts of a timeline that the query asks for, newest first.
function choose (posts, endpoint, params, repeat) {
  const withoutReplies = params.exclude?.includes('replies')
  const reach = endpoint === 'mentions' || withoutReplies ? MENTIONS_REACH : TIMELINE_REACH
  const since = repeat || !params.since_id ? -1n : BigInt(params.since_id)
  const until = params.until_id ? BigInt(params.until_id) : null
  return posts
    .filter(post => !withoutReplies || !post.in_reply_to)
    .slice(0, reach)
    .filter(post => {
      const id = BigInt(post.id)
      const at = Date.parse(post.created_at)
      return id > since && (until === null || id < until) &&
        !(at < params.start_time) && !(at >= params.end_time)
    })
}

// Tokens name the post to go on from, so that posts arriving meanwhile open no gap.
function paginate (posts, { max_results: size = 10, pagination_token: token }) {
  let rest = posts
  if (token?.direction === 'b') rest = posts.filter(post => BigInt(post.id) < token.id)
  if (token?.direction === 'n') {
    const newer = posts.filter(post => BigInt(post.id) > token.id)
    rest = posts.slice(Math.max(0, newer.length - size))
  }
  const page = rest.slice(0, size)
  const meta = { result_count: page.length }
  if (page.length) {
    const first = page[0].id
    const last = page[page.length - 1].id
    meta.newest_id = first
    meta.oldest_id = last
    if (rest.length > size) meta.next_token = makeToken('b', last)
    if (token && posts[0] !== page[0]) meta.previous_token = makeToken('n', first)
  }
  return { page, meta }
}
