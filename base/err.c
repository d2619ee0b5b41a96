#include "base/err.h"

const char *err_str(int err)
{
    switch ((enum err)err) {
    case ERR_NOMEM:
        return "out of memory";
    case ERR_TOOBIG:
        return "too big";
    case ERR_BADTEXT:
        return "not valid UTF-8";
    case ERR_BADINPUT:
        return "bad input";
    case ERR_IO:
        return "the system refused";
    case ERR_DB:
        return "the database refused";
    case ERR_EXISTS:
        return "there is one already";
    case ERR_LIMIT:
        return "the budget is spent";
    case ERR_STALE:
        return "changed meanwhile";
    case ERR_NEWER:
        return "written by a newer version";
    case ERR_DENIED:
        return "not allowed";
    }
    return "no error";
}
