/*
 * Functions that don't compile here: each cuts, overruns, keeps hidden state or hides an error.
 * The system headers come first so that their own declarations are not touched.
 */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BANNED(name) banned_function_##name

#undef strcpy
#undef strcat
#undef strncpy
#undef strncat
#undef strtok
#undef sprintf
#undef vsprintf
#undef atoi
#undef atol
#undef localtime
#undef gmtime

#define strcpy(a, b) BANNED(strcpy)      /* buf_add */
#define strcat(a, b) BANNED(strcat)      /* buf_add */
#define strncpy(a, b, n) BANNED(strncpy) /* buf_add */
#define strncat(a, b, n) BANNED(strncat) /* buf_add */
#define strtok(a, b) BANNED(strtok)      /* str_split */
#define sprintf(...) BANNED(sprintf)     /* buf_addf, snprintf */
#define vsprintf(...) BANNED(vsprintf)   /* buf_addv */
#define atoi(a) BANNED(atoi)             /* str_to_int64 */
#define atol(a) BANNED(atol)             /* str_to_int64 */
#define localtime(a) BANNED(localtime)   /* bot/hours.h knows the council's zone */
#define gmtime(a) BANNED(gmtime)         /* gmtime_r */

#endif
