/* Addresses that anybody on the internet can reach, and those that only we can: the council's own
 * network, and this machine. */
#ifndef BOT_PUBLIC_ADDRESS_H
#define BOT_PUBLIC_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

/* @address: of AF_INET or AF_INET6; any other family isn't public. */
bool address_is_public(const struct sockaddr *address);

#endif
