/*
 * Details by which a person can be found or robbed, in what a resident wrote: telephone numbers,
 * addresses, numbers of cards and accounts. Found by their shape, with a check digit or the words
 * beside them where the shape alone would say little; that a detail stands there doesn't say whose
 * it is, which is for the patterns of the knowledge base.
 *
 * Where each rule comes from:
 *   phone     Ofcom's National Telephone Numbering Plan: 01, 02 and 07 are people's, as is any
 *             number written with + and a country's code (ITU-T E.164). 03, 08, 09, 101, 111, 999
 *             and other short codes are organisations' and no private detail.
 *   email     RFC 5321's local part, less what nobody's address has; also "at … dot com". One at a
 *             council, a government or the police is public.
 *   postcode  Royal Mail's PAF guide: A9, A99, AA9, AA99, A9A or AA9A, then 9AA without CIKMOV.
 *   district  the first half alone, in capitals, of an area that exists; never a road (A61, M1,
 *             B6069)
 *   nino      HMRC's manual NIM39110: no D F I Q U V first or second, no O second, never BG GB KN
 *             NK NT TN ZZ; suffix A to D. Beside the words "NI" or "national insurance" any two
 *             letters, since a number with one letter wrong is still somebody's.
 *   card      ISO/IEC 7812: 13 to 19 digits from 2 to 6 on, Luhn's check digit; or four by four as
 *             it stands on the card
 *   bank      a sort code 12-34-56 beside an account's eight digits, or beside the words
 *   dob       a date beside the words for it; a bare date is a bin day
 *   nhs       the NHS Data Dictionary: ten digits, modulus 11, written 3 3 4; or beside "NHS"
 *   address   a number, one to three words, a word for a street
 *
 * Logs hold no words of a message, so nothing has to be hidden from them; entity_mask is for texts
 * that are shown to people who need not know the details.
 */
#ifndef INTENTS_ENTITY_H
#define INTENTS_ENTITY_H

#include "base/arena.h"
#include "base/buf.h"

enum entity_kind {
    ENTITY_PHONE,
    ENTITY_EMAIL,
    ENTITY_POSTCODE,
    ENTITY_DISTRICT,
    ENTITY_NINO,
    ENTITY_CARD,
    ENTITY_BANK,
    ENTITY_DOB,
    ENTITY_NHS,
    ENTITY_ADDRESS,
    ENTITY_KINDS
};

struct entity {
    enum entity_kind kind;
    uint32_t from, to; /* bytes, end exclusive */
};

struct entities {
    struct entity *list; /* in the order of the text; none overlaps another */
    size_t count;
};

/*
 * The word that stands for one in normalised text: "<phone>". Found in a text as written it counts
 * as one, so that a masked text is understood as the whole one was. An address has a mark, too, but
 * keeps its words in normalised text: a street's name is what a report is about.
 */
const char *entity_mark(enum entity_kind kind);
bool entity_is_mark(struct str word); /* of one that normalised text has */

/*
 * Pure. @text: at most UINT32_MAX bytes; need not be UTF-8, a byte over 0x7f is part of nothing.
 * The list lives in @arena. Returns 0 or ERR_NOMEM.
 */
int entity_find(struct arena *arena, struct str text, struct entities *ret) MUST_CHECK;

/* Appends @text to @out with marks for the private details in it; a district is none. @found: of
 * this text. Returns 0 or @out's error. */
int entity_mask(struct str text, const struct entities *found, struct buf *out) MUST_CHECK;

#endif
