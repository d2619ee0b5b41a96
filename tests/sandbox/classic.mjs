// Posts and private messages in the form of version 1.1, which the older webhooks deliver.

import { renderPost } from './render.mjs'

const VIEW = {
  vocabulary: 'tweet',
  fields: new Set(['display_text_range', 'entities', 'note'])
}
const SHORT = 140

// "Mon May 19 14:01:46 +0000 2025"
function classicDate (iso) {
  const [weekday, day, month, year, time] = new Date(iso).toUTCString().replace(',', '').split(' ')
  return `${weekday} ${month} ${day} ${time} +0000 ${year}`
}

// `id` loses its last digits, as in X's samples: only `id_str` is exact.
const both = (name, id) => ({ [name]: Number(id), [name + '_str']: id })

const classicUser = user => ({
  ...both('id', user.id),
  name: user.name,
  screen_name: user.username,
  protected: Boolean(user.protected),
  created_at: classicDate(user.created_at)
})

const classicEntities = (store, { mentions = [], urls = [], hashtags = [] } = {}) => ({
  hashtags: hashtags.map(({ start, end, tag }) => ({ text: tag, indices: [start, end] })),
  symbols: [],
  urls: urls.map(({ start, end, ...rest }) => ({ ...rest, indices: [start, end] })),
  user_mentions: mentions.map(({ start, end, username, id }) => ({
    screen_name: username,
    name: store.userByHandle(username)?.name ?? username,
    ...(id && both('id', id)),
    indices: [start, end]
  }))
})

export function classicPost (store, post) {
  const { text, display_text_range: range, entities, note_tweet: note } =
    renderPost(store, post, VIEW)
  const long = note && {
    extended_tweet: {
      full_text: note.text,
      display_text_range: [0, [...note.text].length],
      entities: classicEntities(store, note.entities)
    }
  }
  const parent = post.in_reply_to && store.user(store.authorOf(post.in_reply_to))
  return {
    created_at: classicDate(post.created_at),
    ...both('id', post.id),
    text: long ? [...text].slice(0, SHORT - 1).join('') + '…' : text,
    display_text_range: long ? [range[0], SHORT] : range,
    truncated: Boolean(long),
    user: classicUser(store.user(post.author_id)),
    ...(parent && {
      ...both('in_reply_to_status_id', post.in_reply_to),
      ...both('in_reply_to_user_id', parent.id),
      in_reply_to_screen_name: parent.username
    }),
    ...(post.quote && { is_quote_status: true, ...both('quoted_status_id', post.quote) }),
    entities: classicEntities(store, long ? {} : entities),
    ...long
  }
}

// The members beside `for_user_id`.
export function classicMessage (store, message) {
  const people = [message.sender_id, message.recipient_id].map(id => store.user(id))
  return {
    direct_message_events: [{
      type: 'message_create',
      id: message.id,
      created_timestamp: String(Date.parse(message.created_at)),
      message_create: {
        target: { recipient_id: message.recipient_id },
        sender_id: message.sender_id,
        message_data: { text: message.text, entities: classicEntities(store) }
      }
    }],
    users: Object.fromEntries(people.map(user => [user.id, {
      id: user.id,
      created_timestamp: String(Date.parse(user.created_at)),
      name: user.name,
      screen_name: user.username,
      protected: Boolean(user.protected)
    }]))
  }
}
